//! An invented kit for the tests of this stage; nobody in it exists.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use makekit::diag::{FileId, Sources, Span};
use makekit::frame::ImageId;
use makekit::geometry::Colour;
use makekit::model::*;

pub fn text(value: &str) -> Text {
    Field::new(Arc::from(value), None)
}

pub fn country(code: &str) -> Field<CountryCode> {
    let bytes = code.as_bytes();
    Field::new(CountryCode([bytes[0], bytes[1]]), None)
}

fn address(span: Span, lines: &[&str], code: &str) -> Address {
    Address {
        span,
        country: country(code),
        form: AddressForm::Lines(lines.iter().map(|line| text(line)).collect()),
    }
}

pub fn target(span: Span, name: &str) -> Target {
    Target {
        span,
        name: Some(text(name)),
        office: Some(text("Prosecutor General")),
        salutation: Some(text("Dear Prosecutor General,")),
        close: Some(text("Yours sincerely,")),
        role: TargetRole::Target,
        only_in: Vec::new(),
        takes_post: true,
        suspended_from: Vec::new(),
        labels: true,
        lang: None,
        letter: None,
        address: Some(address(span, &["1 Example Street", "220030 Minsk"], "BY")),
        local_address: None,
        contacts: None,
    }
}

fn case(span: Span, id: &str, name: &str) -> Case {
    Case {
        id: Arc::from(id),
        span,
        name: text(name),
        country: country("BY"),
        lang: Arc::from("en"),
        who: Some(text("teacher & singer")),
        title: None,
        reference: Some(text("UA 147/20")),
        status: Status::Open,
        issued: None,
        deadline: Some(Field::new(date(2027, 1, 31), None)),
        expired: false,
        outcome: None,
        summary: text("She sang <one> song."),
        story: Some(text("First line\nof a paragraph.\n\nA second & last.")),
        demands: vec![text("Release her"), text("Drop the charges")],
        languages: vec![Field::new(Arc::from("be"), None)],
        link: None,
        caution: None,
        facts: vec![(text("Held in"), text("Homiel")), (text("Age"), text("34"))],
        photo: Some(Photo { image: Field::new(ImageId(3), None), alt: Some(text("Maryia")), credit: None }),
        letter: None,
        targets: vec![target(span, "A. Invented")],
        solidarity: None,
    }
}

/// Two cases: `ala` with a target, an embassy for senders in the US and a solidarity address, and `ben`, which ended.
pub fn kit(sources: &Sources) -> Kit {
    let file: FileId = sources.add("cases/ala.toml", "name = \"Maryia Example\"\n");
    let span = Span::new(file, 7..23);
    let mut ala = case(span, "ala", "Maryia Example");
    let mut embassy = target(span, "An Embassy");
    embassy.only_in = vec![CountryCode(*b"US")];
    embassy.role = TargetRole::Copy;
    embassy.labels = false;
    let mut minister = target(span, "B. Invented");
    minister.lang = Some(Arc::from("de"));
    minister.letter = Some(text("Ein eigener Brief."));
    minister.takes_post = false;
    minister.contacts.get_or_insert_default().email = Some(text("minister@example.org"));
    ala.targets.extend([embassy, minister]);
    ala.solidarity = Some(Solidarity {
        span,
        name: Some(text("Family Example")),
        address: Some(address(span, &["2 Example Street", "Vilnius"], "LT")),
        local_address: None,
        languages: Vec::new(),
        mention_organisation: false,
        religious: false,
        rules: vec![text("No stickers")],
        labels: true,
    });
    let mut ben = case(span, "ben", "Ben Example");
    ben.status = Status::Ended;
    ben.outcome = Some(text("He is free."));
    ben.who = None;
    Kit {
        title: text("Write for Rights 2026"),
        lang: Arc::from("en"),
        paper: Paper::A4,
        envelope: Arc::from("c5"),
        labels: Arc::from("avery-l7160"),
        sheets: None,
        duplex: false,
        organisation: Organisation {
            also_known_as: Vec::new(),
            name: Some(text("Letters United")),
            logo: None,
            colour: Some(Field::new(Colour::new(255, 255, 0), None)),
        },
        sender: Some(Sender {
            name: Some(text("Group 12")),
            address: address(span, &["3 Example Avenue", "Springfield"], "US"),
            country_line_languages: Vec::new(),
            letter_form: None,
            postcode_prefix: None,
            envelope_feed: None,
            trailing_edge_mm: None,
        }),
        event: Event { participants: Some(Field::new(24, None)), ..Event::default() },
        postage: Postage::default(),
        country_lines: BTreeMap::new(),
        today: date(2026, 11, 21),
        cases: vec![ala, ben],
    }
}
