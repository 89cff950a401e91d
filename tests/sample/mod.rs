//! The smallest kit that the suites run the program on: a sender, and an invented case with a photo.
#![allow(dead_code, reason = "each suite takes what it needs")]

pub const KIT: &str = r#"[sender]
name = "Example Group"
street = ["1 Example Street"]
city = "Dublin"
postcode = "D01 F5P2"
country = "IE"
"#;

pub const CASE: &str = r#"name = "Amina Example"
country = "PL"
summary = "Amina Example is an invented nurse."
demands = ["release Amina Example"]
photo = { file = "amina.jpg", alt = "A drawn portrait" }

[[targets]]
office = "Minister of Example Affairs"
salutation = "Dear Minister,"
address = { street = ["ul. Przykladowa 1"], city = "Warszawa", postcode = "00-950" }
"#;
