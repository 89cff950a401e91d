//! Every key of `kit.toml`, of a case and of a file of recipients: one table that the walker checks by, and that the JSON
//! Schema is made from.

use crate::postal::zones::Feed;

/// What a key's value must be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text on one line.
    Line,
    /// A text of any number of lines.
    Prose,
    Date,
    Boolean,
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// A number from the first to the second.
    Number(f64, f64),
    /// A BCP 47 language tag.
    Language,
    /// An ISO 3166-1 alpha-2 code.
    Country,
    /// `#rrggbb` or `#rgb`.
    Colour,
    /// An address that begins with `https://`, `http://` or `mailto:`.
    Link,
    /// As a link, or without its beginning: `www.example.org`.
    Website,
    Email,
    Choice(&'static [&'static str]),
    /// The path of a file below the folder.
    File,
    /// Postage: an amount with its currency, or words.
    Rate,
    /// A list of texts on one line each.
    Lines,
    Languages,
    Countries,
    Table(&'static Table),
    /// Written as `[[name]]`, once or more.
    Tables(&'static Table),
    /// Names of the user's own, each with a text.
    Pairs,
    /// Countries, each with a text.
    CountryLines,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub about: &'static str,
    /// A right value, as it is written in TOML.
    pub example: &'static str,
    pub required: bool,
    /// What holds where the key is absent, in words.
    pub default: Option<&'static str>,
    /// Names that people write instead.
    pub also: &'static [&'static str],
}

impl Key {
    const fn new(name: &'static str, kind: Kind, about: &'static str, example: &'static str) -> Self {
        Self { name, kind, about, example, required: false, default: None, also: &[] }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn default(self, words: &'static str) -> Self {
        Self { default: Some(words), ..self }
    }

    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

/// The keys that may stand together.
#[derive(Debug)]
pub struct Table {
    /// As it is written: `[photo]`; empty for the top of a file.
    pub heading: &'static str,
    pub about: &'static str,
    pub keys: &'static [Key],
}

macro_rules! table {
    ($table:ident $name:ident $heading:literal $about:literal
        $($variant:ident $key:literal $kind:expr, $words:literal, $example:literal
            $(, $attribute:ident $(($value:expr))?)*;)*) => {
        #[doc = $about]
        pub static $table: Table = Table {
            heading: $heading,
            about: $about,
            keys: &[$(Key::new($key, $kind, $words, $example)$(.$attribute($($value)?))*,)*],
        };

        #[doc = concat!("The keys of [`", stringify!($table), "`], in its order.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $words] $variant,)*
        }

        impl From<$name> for usize {
            fn from(key: $name) -> usize {
                key as usize
            }
        }
    };
}

use Kind::*;

table! { KIT Kit "" "The kit: what is printed, for whom and on what. All of it is optional."
    Title "title" Line, "the kit's title", "\"Write for Rights 2026\"", default("`Letter-writing kit`"), also(&["name"]);
    Lang "lang" Language, "language of the fixed words, dates and country names (BCP 47)", "\"en\"", default("`en`"), also(&["language"]);
    Paper "paper" Choice(&["a4", "letter"]), "the paper of sheets", "\"a4\"", default("what the sender's country uses");
    Envelope "envelope" Line, "id of an envelope stock; `makekit stocks` lists them", "\"c5\"", default("`c5`, with Letter paper `us-10`"), also(&["envelopes"]);
    Labels "labels" Line, "id of a label stock; `makekit stocks` lists them", "\"avery-l7160\"", default("`avery-l7160`, with Letter paper `avery-5160`"), also(&["label"]);
    Sheets "sheets" Lines, "which sheets, in which order", "[\"case-sheet\", \"letter\", \"envelope\", \"label\"]", default("all"), also(&["sheet"]);
    Duplex "duplex" Boolean, "true: a blank page where a sheet would start on another's back", "false", default("`false`");
    Organisation "organisation" Table(&ORGANISATION), "who holds the event", "", also(&["organization", "organiser"]);
    Sender "sender" Table(&SENDER), "the return address; its country decides what is domestic", "", also(&["from", "return_address"]);
    Event "event" Table(&EVENT), "the evening", "";
    Postage "postage" Table(&POSTAGE), "what a letter costs", "";
    CountryLines "country_lines" CountryLines, "country lines that replace the built-in ones, by the country's code", "{ BY = \"BELARUS\" }";
}

table! { ORGANISATION Organisation "[organisation]" "Who holds the event."
    Name "name" Line, "its name", "\"Example Group, Springfield\"";
    AlsoKnownAs "also_known_as" Lines, "other names that must not show where the organisation must not be named", "[\"EGS\"]";
    Logo "logo" File, "a picture of it", "\"logo.png\"", also(&["image", "picture"]);
    Colour "colour" Colour, "the colour of headings and rules", "\"#ffff00\"", also(&["color"]);
}

table! { SENDER Sender "[sender]" "The return address."
    Name "name" Line, "name of the sender", "\"Example Group\"";
    Organization "organization" Line, "organisation, below the name", "\"c/o Community Centre\"", also(&["organisation"]);
    Street "street" Lines, "street and house, one line or more", "[\"123 Example Street\"]", also(&["address", "road", "addr"]);
    DependentLocality "dependent_locality" Line, "part of the city, where addresses name it", "\"Old Town\"", also(&["district", "suburb"]);
    City "city" Line, "city or town", "\"Springfield\"", also(&["town", "locality"]);
    Region "region" Line, "state, province or county", "\"IL\"", also(&["state", "province", "county"]);
    Postcode "postcode" Line, "postcode", "\"62701\"", also(&["zip", "postal_code", "post_code", "zipcode", "plz"]);
    SortingCode "sorting_code" Line, "sorting code, such as CEDEX", "\"CEDEX 07\"";
    Lines "lines" Lines, "the address as free lines, instead of its parts", "[\"123 Example Street\", \"Springfield\"]";
    Country "country" Country, "country that letters are sent from", "\"US\"", required;
    LetterForm "letter_form" Choice(&["din-5008-a", "din-5008-b", "nf", "sn", "sn-left", "uk", "us", "japan", "plain-a4", "plain-letter"]), "where date and address stand on letters", "\"din-5008-b\"", default("the custom of the sender's country");
    CountryLineLanguages "country_line_languages" Languages, "languages of the country line, first choice first", "[\"fr\", \"en\"]", default("by the sender's country");
    PostcodePrefix "postcode_prefix" Boolean, "whether foreign postcodes bear `CH-`, `SE-` and the like", "false", default("by the sender's country");
    EnvelopeFeed "envelope_feed" Choice(&Feed::NAMES), "how envelopes go into the printer", "\"short-edge\"", default("`long-edge`");
    TrailingEdgeMm "trailing_edge_mm" Number(0.0, 60.0), "strip at the envelope's trailing edge that the printer cannot print, in millimetres", "12", default("`0`");
}

table! { EVENT Event "[event]" "The evening."
    Date "date" Date, "day of the event", "2026-12-10";
    Time "time" Line, "time of day, as it shall be printed", "\"18:00\"";
    Place "place" Line, "where it is", "\"Community Centre, 123 Example Street\"", also(&["location", "venue"]);
    Participants "participants" Whole(1, 1_000_000), "how many people are expected", "24", also(&["people", "guests"]);
    LettersEach "letters_each" Whole(1, 10_000), "letters that each of them writes", "3";
    Bring "bring" Lines, "what people shall bring", "[\"your favourite pen\", \"stamps\"]";
    ReportBy "report_by" Date, "day by which the count is reported", "2027-01-15";
    ReportTo "report_to" Line, "to whom the count is reported", "\"counts@example.org\"";
}

table! { POSTAGE Postage "[postage]" "What a letter costs."
    Domestic "domestic" Rate, "a letter inside of the sender's country: an amount with its currency, or words", "\"0.78 USD\"";
    International "international" Rate, "a letter abroad", "\"1.70 USD\"", also(&["foreign", "abroad"]);
    FirstStepGrams "first_step_grams" Number(1.0, 2_000.0), "weight in grams up to which the rates hold", "20";
}

table! { CASE Case "" "A case: one person or group to write for."
    Name "name" Line, "name of the person or group", "\"Maryia Example\"", required;
    Country "country" Country, "country of the case (ISO 3166-1 alpha-2)", "\"BY\"", required;
    Lang "lang" Language, "language that this file is written in (BCP 47)", "\"en\"", default("the kit's"), also(&["language"]);
    Who "who" Line, "a few words beside the name", "\"teacher and singer\"";
    Title "title" Line, "headline of the case sheet", "\"Seven months in a cell for a song\"", also(&["headline"]);
    Reference "reference" Line, "reference of the action", "\"UA 147/20\"", also(&["ref", "index", "number"]);
    Status "status" Choice(&["open", "extended", "ended"]), "whether letters are still wanted", "\"open\"", default("`open`");
    Issued "issued" Date, "day on which the action was issued", "2026-09-24", also(&["date"]);
    Deadline "deadline" Date, "last day on which letters are of use", "2027-01-31", also(&["expires", "until", "expiry", "due"]);
    Outcome "outcome" Prose, "what came of it; with `status = \"ended\"`", "\"She was released on 3 May.\"";
    Summary "summary" Prose, "the case in a few sentences", "\"Maryia sang at a market and was arrested.\"", required, also(&["description"]);
    Story "story" Prose, "the story; a blank line starts a paragraph", "\"\"\"First paragraph.\n\nSecond paragraph.\"\"\"", also(&["background", "text"]);
    Demands "demands" Lines, "what the letters ask for, one or more", "[\"Release her at once.\"]", required, also(&["demand", "asks"]);
    Languages "languages" Languages, "languages that the officials read", "[\"be\", \"ru\", \"en\"]";
    Link "link" Link, "more on the case; printed, and as a QR code", "\"https://example.org/maryia\"", also(&["url", "hyperlink", "website"]);
    Caution "caution" Prose, "content note, or a warning for writers with ties to the country", "\"This case tells of torture.\"", also(&["warning"]);
    Recipients "recipients" File, "a CSV file of more targets, a row each", "\"recipients.csv\"", also(&["csv"]);
    Facts "facts" Pairs, "shown as label and value, in this order", "{ \"Held in\" = \"Prison no. 4\" }";
    Photo "photo" Table(&PHOTO), "a photo", "", also(&["image", "picture", "foto"]);
    Letter "letter" Table(&LETTER), "the sample letter", "";
    Targets "targets" Tables(&TARGET), "somebody to write to", "", also(&["target", "addressees"]);
    Solidarity "solidarity" Table(&SOLIDARITY), "cards to the person or the family", "";
}

table! { PHOTO Photo "[photo]" "A photo of the person or group."
    File "file" File, "the photo's file, below the folder of the case", "\"photos/maryia.jpg\"", required, also(&["path", "src"]);
    Alt "alt" Line, "what the photo shows, for those who cannot see it", "\"A woman with a guitar\"", also(&["description", "caption"]);
    Credit "credit" Line, "who took it", "\"© Private\"", also(&["copyright", "source"]);
}

table! { LETTER Letter "[letter]" "The sample letter."
    Body "body" Prose, "the letter, without address, salutation and close", "\"\"\"I am concerned about …\"\"\"", default("composed from `summary` and `demands`"), also(&["text"]);
}

table! { TARGET Target "[[targets]]" "Somebody to write to."
    Name "name" Line, "name; this or `office` is required", "\"Jan Example\"";
    Office "office" Line, "office", "\"Prosecutor General\"", also(&["position", "function"]);
    Salutation "salutation" Line, "beginning of the letter; required where `role = \"target\"`", "\"Dear Prosecutor General,\"", also(&["greeting"]);
    Close "close" Line, "end of the letter", "\"Yours sincerely,\"", also(&["closing", "valediction"]);
    Role "role" Choice(&["target", "copy"]), "`copy`: gets a copy", "\"target\"", default("`target`");
    In "in" Countries, "only for senders in these countries (an embassy, say)", "[\"US\"]", default("for all senders");
    Post "post" Choice(&["direct", "none"]), "`none`: reach them by other means; no envelope and no label", "\"direct\"", default("`direct`");
    SuspendedFrom "suspended_from" Countries, "no post from these countries at present", "[\"US\"]", default("none");
    Labels "labels" Boolean, "false: adhesive labels are refused there", "true", default("`true`");
    Lang "lang" Language, "language of the salutation and the letter", "\"ru\"", default("the case's"), also(&["language"]);
    Letter "letter" Prose, "letter to this target, instead of the case's", "\"\"\"I am concerned about …\"\"\"", also(&["body"]);
    Address "address" Table(&ADDRESS), "postal address", "";
    LocalAddress "local_address" Table(&LOCAL_ADDRESS), "the same address in the destination's own script", "";
    Email "email" Email, "e-mail address", "\"office@example.org\"", also(&["e-mail", "mail"]);
    Fax "fax" Line, "fax number", "\"+375 17 000 00 00\"";
    Phone "phone" Line, "telephone number", "\"+375 17 000 00 00\"", also(&["telephone", "tel"]);
    Website "website" Website, "web page or form", "\"https://example.org\"", also(&["url", "web", "link"]);
    Social "social" Lines, "accounts on social networks", "[\"@example\"]", also(&["twitter", "facebook", "mastodon"]);
}

table! { ADDRESS Address "address" "A postal address, by its parts or by free lines."
    Organization "organization" Line, "organisation, ministry or prison", "\"Prosecutor General's Office\"", also(&["organisation", "company"]);
    Street "street" Lines, "street and house, one line or more", "[\"vul. Prykladnaja 22\"]", also(&["address", "road", "addr"]);
    DependentLocality "dependent_locality" Line, "part of the city, where addresses name it", "\"Old Town\"", also(&["district", "suburb"]);
    City "city" Line, "city or town", "\"Minsk\"", also(&["town", "locality"]);
    Region "region" Line, "state, province or county", "\"Minsk Region\"", also(&["state", "province", "county"]);
    Postcode "postcode" Line, "postcode", "\"220030\"", also(&["zip", "postal_code", "post_code", "zipcode", "plz"]);
    SortingCode "sorting_code" Line, "sorting code, such as CEDEX", "\"CEDEX 07\"";
    Lines "lines" Lines, "the lines below name and office and without the country's, instead of the parts", "[\"vul. Prykladnaja 22\", \"220030 Minsk\"]";
    Country "country" Country, "country of the address", "\"BY\"", default("the case's");
}

table! { LOCAL_ADDRESS LocalAddress "local_address" "An address in the destination's own script."
    Lang "lang" Language, "language that it is written in", "\"ru\"", required, also(&["language"]);
    Name "name" Line, "name in that script", "\"Ян Пример\"";
    Office "office" Line, "office in that script", "\"Генеральный прокурор\"";
    Lines "lines" Lines, "its lines, without the country's", "[\"ул. Примерная, 22\", \"220030 Минск\"]";
    Organization "organization" Line, "organisation, ministry or prison", "\"Генеральная прокуратура\"", also(&["organisation", "company"]);
    Street "street" Lines, "street and house", "[\"ул. Примерная, 22\"]", also(&["address", "road", "addr"]);
    DependentLocality "dependent_locality" Line, "part of the city", "\"Центр\"", also(&["district", "suburb"]);
    City "city" Line, "city or town", "\"Минск\"", also(&["town", "locality"]);
    Region "region" Line, "state, province or county", "\"Минская область\"", also(&["state", "province", "county"]);
    Postcode "postcode" Line, "postcode", "\"220030\"", also(&["zip", "postal_code", "post_code", "zipcode", "plz"]);
    SortingCode "sorting_code" Line, "sorting code", "\"22\"";
}

table! { SOLIDARITY Solidarity "[solidarity]" "Cards to the person or the family."
    Name "name" Line, "to whom the cards go", "\"Maryia Example\"", default("the case's name");
    Address "address" Table(&ADDRESS), "postal address; without one, cards are collected", "";
    LocalAddress "local_address" Table(&LOCAL_ADDRESS), "the same address in the destination's own script", "";
    Languages "languages" Languages, "languages that the person reads", "[\"be\", \"ru\"]";
    MentionOrganisation "mention_organisation" Boolean, "true: the post may name the organisation; otherwise nothing in it does", "false", default("`false`"), also(&["mention_organization"]);
    Religious "religious" Boolean, "whether religious wishes are welcome", "false", default("`false`");
    Rules "rules" Lines, "what writers must keep to", "[\"No stickers.\"]";
    Labels "labels" Boolean, "false: adhesive labels are refused there", "true", default("`true`");
}
