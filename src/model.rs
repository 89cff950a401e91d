//! The model: a kit and its cases after every reference is resolved and every default filled in; data only.
//!
//! `resolve` makes it; `postal`, `template` and the pipeline read it. Values that a user wrote keep their span, so that a
//! later stage can say where a text came from.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;

use crate::diag::Span;
use crate::frame::ImageId;
use crate::geometry::Colour;

/// A value and where it was written; no span for a default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field<T> {
    pub value: T,
    pub span: Option<Span>,
}

impl<T> Field<T> {
    pub fn new(value: T, span: impl Into<Option<Span>>) -> Self {
        Self { value, span: span.into() }
    }
}

impl<T> Deref for Field<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Prose or a short text from a file, in NFC, newlines as `\n`, trimmed.
pub type Text = Field<Arc<str>>;

/// A BCP 47 language tag in its usual case (`pt-BR`).
pub type Lang = Arc<str>;

/// A country or territory: ISO 3166-1 alpha-2, capitals (and `AC`, `TA`, `XK` of the address table).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode(pub [u8; 2]);

impl CountryCode {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Paper {
    A4,
    Letter,
}

/// The whole kit.
#[derive(Debug, Clone)]
pub struct Kit {
    pub title: Text,
    pub lang: Lang,
    pub paper: Paper,
    /// Id of an envelope stock, known to exist.
    pub envelope: Arc<str>,
    /// Id of a label stock, known to exist.
    pub labels: Arc<str>,
    /// Which sheets, in which order; `None`: all, in the templates' own order.
    pub sheets: Option<Vec<Text>>,
    pub duplex: bool,
    pub organisation: Organisation,
    pub sender: Option<Sender>,
    pub event: Event,
    pub postage: Postage,
    /// Country lines that replace the table's: destination to text.
    pub country_lines: BTreeMap<CountryCode, Text>,
    /// The day the kit is made for: `--date`, SOURCE_DATE_EPOCH or the clock.
    pub today: Date,
    pub cases: Vec<Case>,
}

#[derive(Debug, Clone, Default)]
pub struct Organisation {
    pub name: Option<Text>,
    /// Other names that must not show where the organisation must not be named.
    pub also_known_as: Vec<Text>,
    pub logo: Option<Field<ImageId>>,
    pub colour: Option<Field<Colour>>,
}

/// Who writes: the return address, and all that follows from its country.
#[derive(Debug, Clone)]
pub struct Sender {
    pub name: Option<Text>,
    pub address: Address,
    /// Languages of the country line, first choice first; empty: the sender's country's own table.
    pub country_line_languages: Vec<Lang>,
    /// `din-5008-a`, `din-5008-b`, `nf`, `sn`, `uk`, `us`, …; empty: from the sender's country.
    pub letter_form: Option<Text>,
    /// False: no `CH-`, `SE-` before foreign postcodes; `None`: by the sender's country.
    pub postcode_prefix: Option<bool>,
    /// How envelopes go into the printer, and the strip at the trailing edge it cannot print, in millimetres.
    pub envelope_feed: Option<Text>,
    pub trailing_edge_mm: Option<f32>,
}

#[derive(Debug, Clone, Default)]
pub struct Event {
    pub date: Option<Field<Date>>,
    pub time: Option<Text>,
    pub place: Option<Text>,
    pub participants: Option<Field<u32>>,
    pub letters_each: Option<Field<u32>>,
    pub bring: Vec<Text>,
    pub report_by: Option<Field<Date>>,
    pub report_to: Option<Text>,
}

#[derive(Debug, Clone, Default)]
pub struct Postage {
    pub domestic: Option<Field<Rate>>,
    pub international: Option<Field<Rate>>,
    /// Weight in grams up to which the rates hold.
    pub first_step_grams: Option<Field<f32>>,
}

/// A postage rate as it was written, and as an amount where it is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    pub text: Arc<str>,
    /// Hundredths of the currency's unit, and the currency as written.
    pub amount: Option<(u64, Arc<str>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Open,
    Extended,
    Ended,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The stem of its file.
    pub id: Arc<str>,
    /// The start of its file, for mistakes about the whole case.
    pub span: Span,
    pub name: Text,
    pub country: Field<CountryCode>,
    pub lang: Lang,
    pub who: Option<Text>,
    pub title: Option<Text>,
    pub reference: Option<Text>,
    pub status: Status,
    pub issued: Option<Field<Date>>,
    pub deadline: Option<Field<Date>>,
    /// True where the deadline lies before `today` (printed only with `--allow-expired`).
    pub expired: bool,
    pub outcome: Option<Text>,
    pub summary: Text,
    pub story: Option<Text>,
    pub demands: Vec<Text>,
    pub languages: Vec<Field<Lang>>,
    pub link: Option<Text>,
    pub caution: Option<Text>,
    pub facts: Vec<(Text, Text)>,
    pub photo: Option<Photo>,
    pub letter: Option<Text>,
    pub targets: Vec<Target>,
    pub solidarity: Option<Solidarity>,
}

#[derive(Debug, Clone)]
pub struct Photo {
    pub image: Field<ImageId>,
    pub alt: Option<Text>,
    pub credit: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetRole {
    #[default]
    Target,
    Copy,
}

/// Somebody to write to.
#[derive(Debug, Clone)]
pub struct Target {
    pub span: Span,
    pub name: Option<Text>,
    pub office: Option<Text>,
    pub salutation: Option<Text>,
    pub close: Option<Text>,
    pub role: TargetRole,
    /// Only for senders in these countries; empty: for all.
    pub only_in: Vec<CountryCode>,
    /// False where `post = "none"`.
    pub takes_post: bool,
    pub suspended_from: Vec<CountryCode>,
    /// False where adhesive labels are refused.
    pub labels: bool,
    pub lang: Option<Lang>,
    pub letter: Option<Text>,
    pub address: Option<Address>,
    pub local_address: Option<Box<LocalAddress>>,
    /// Apart, for most of a great many targets have none.
    pub contacts: Option<Box<Contacts>>,
}

impl Target {
    /// Whether a letter can get there without the post.
    pub fn takes_letters_by_other_means(&self) -> bool {
        self.contacts.as_ref().is_some_and(|contacts| contacts.take_letters())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contacts {
    pub email: Option<Text>,
    pub fax: Option<Text>,
    pub phone: Option<Text>,
    pub website: Option<Text>,
    pub social: Vec<Text>,
}

impl Contacts {
    pub const NONE: Self = Self { email: None, fax: None, phone: None, website: None, social: Vec::new() };

    /// Whether a letter can get there without the post: as an e-mail, a fax, or through a web form.
    pub fn take_letters(&self) -> bool {
        self.email.is_some() || self.fax.is_some() || self.website.is_some()
    }
}

/// An address as the user gave it.
#[derive(Debug, Clone)]
pub struct Address {
    pub span: Span,
    pub country: Field<CountryCode>,
    pub form: AddressForm,
}

#[derive(Debug, Clone)]
pub enum AddressForm {
    /// By its parts; `postal` puts them in the order of the destination.
    Fields(Box<AddressFields>),
    /// Free lines, below name and office and without the country's.
    Lines(Vec<Text>),
}

/// The parts of an address, named as in Google's libaddressinput.
#[derive(Debug, Clone, Default)]
pub struct AddressFields {
    pub organization: Option<Text>,
    pub street: Vec<Text>,
    pub dependent_locality: Option<Text>,
    pub city: Option<Text>,
    pub region: Option<Text>,
    pub postcode: Option<Text>,
    pub sorting_code: Option<Text>,
}

/// The same address in the destination's own script.
#[derive(Debug, Clone)]
pub struct LocalAddress {
    pub lang: Lang,
    pub form: AddressForm,
    pub name: Option<Text>,
    pub office: Option<Text>,
}

/// Cards to the person or the family.
#[derive(Debug, Clone)]
pub struct Solidarity {
    pub span: Span,
    pub name: Option<Text>,
    pub address: Option<Address>,
    pub local_address: Option<Box<LocalAddress>>,
    pub languages: Vec<Field<Lang>>,
    pub mention_organisation: bool,
    pub religious: bool,
    pub rules: Vec<Text>,
    pub labels: bool,
}
