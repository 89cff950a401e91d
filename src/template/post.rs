//! What this stage takes from `postal`: rules of recipients, address blocks, zones, letter forms, dates and names.

use jiff::civil::Date;

use super::subjects::Person;
use crate::model::{CountryCode, Kit, Target};
use crate::postal::rules::{self, Reach};
use crate::postal::zones::{self, EnvelopePlan, Feed, PlanOptions};
use crate::postal::{AddressBlocks, MailRules, country, dates, languages, letter_form, stock};

pub(super) use crate::postal::MmRect;
pub(super) use crate::postal::casing::upper;
pub(super) use crate::postal::letter_form::LetterForm;

/// How somebody is reached from the kit's sender.
pub(super) fn reach(kit: &Kit, person: Person<'_>) -> Reach {
    match person {
        Person::Target(target) => rules::target(target, sender_country(kit)),
        Person::Solidarity(solidarity) => rules::solidarity(solidarity, sender_country(kit)),
    }
}

/// Whether a target stands in kits of this sender's country at all.
pub(super) fn is_for_this_sender(kit: &Kit, target: &Target) -> bool {
    rules::target(target, sender_country(kit)).is_addressed()
}

/// Why somebody gets no post, or no label, for a note.
pub(super) fn reason(reach: Reach) -> &'static str {
    match reach {
        Reach::Post { labels: true, .. } => "they take post",
        Reach::Post { labels: false, .. } => "adhesive labels are refused there; write on the envelope",
        Reach::NotForSender => "they are written to from other countries only",
        Reach::Suspended => "post from the sender's country is suspended at present",
        Reach::OtherMeans => "they are reached by other means than post",
        Reach::NoAddress => "no address is known",
    }
}

fn sender_country(kit: &Kit) -> Option<CountryCode> {
    kit.sender.as_ref().map(|sender| sender.address.country.value)
}

/// The block of somebody's address; `None` without one.
pub(super) fn address_block(mail: &MailRules<'_>, person: Person<'_>) -> Option<AddressBlocks> {
    match person {
        Person::Target(target) => mail.target(target),
        Person::Solidarity(solidarity) => mail.solidarity(solidarity),
    }
}

/// The zones of the kit's envelope.
pub(super) fn envelope_plan(kit: &Kit) -> Option<EnvelopePlan> {
    let envelope = stock::envelope(&kit.envelope)?;
    let sender = kit.sender.as_ref();
    let options = PlanOptions {
        feed: sender.and_then(|s| s.envelope_feed.as_ref()).and_then(|f| Feed::parse(f)).unwrap_or_default(),
        trailing_edge: sender.and_then(|s| s.trailing_edge_mm).unwrap_or_default(),
    };
    Some(zones::plan(&envelope, sender_country(kit), &options))
}

/// Between the edge of a label and its text, in millimetres.
const LABEL_PADDING: f32 = 2.0;

/// The size of the part of a label that bears text wherever on the sheet it lies, and where its address stands in it. All
/// labels lose as much at each side as the one nearest to the sheet's edge.
pub(super) fn label_part(kit: &Kit) -> Option<((f32, f32), MmRect)> {
    let stock = stock::labels(&kit.labels)?;
    let (mut left, mut top, mut right, mut bottom) = (0f32, 0f32, 0f32, 0f32);
    for label in stock.positions() {
        let safe = stock.printable(&label);
        left = left.max(safe.x - label.x);
        top = top.max(safe.y - label.y);
        right = right.max(label.right() - safe.right());
        bottom = bottom.max(label.bottom() - safe.bottom());
    }
    let (width, height) = (stock.width - left - right, stock.height - top - bottom);
    let pad = |lost: f32| (LABEL_PADDING - lost).max(0.0);
    let (x, y) = (pad(left), pad(top));
    let address = MmRect::new(x, y, width - x - pad(right), height - y - pad(bottom));
    Some(((width, height), address))
}

/// The form of the kit's letters: kit.toml's own, or the custom of the sender's country.
pub(super) fn letter_form(kit: &Kit) -> Option<LetterForm> {
    let own = kit.sender.as_ref().and_then(|sender| sender.letter_form.as_ref());
    own.and_then(|id| letter_form::by_id(id))
        .filter(|form| form.paper == kit.paper)
        .or_else(|| letter_form::of_country(sender_country(kit), kit.paper))
}

/// A date in its long form, as the sender's country writes it in the language; the ISO form in a language without dates.
pub(super) fn date_long(date: Date, lang: &str) -> String {
    dates::long(date, lang).unwrap_or_else(|| date.to_string())
}

/// The tag that dates follow: `en` is `en-GB` for a sender in the United Kingdom.
pub(super) fn date_locale(kit: &Kit, lang: &str) -> String {
    dates::locale(lang, sender_country(kit))
}

/// The name of a country in a language.
pub(super) fn country_name(code: &str, lang: &str) -> Option<&'static str> {
    country::parse(code).map(|code| country::name(code, lang))
}

/// The name of a language in another.
pub(super) fn language_name(tag: &str, lang: &str) -> Option<&'static str> {
    languages::name(tag, lang)
}

/// `rtl` for a language that is written from right to left, else `ltr`.
pub(super) fn direction(lang: &str) -> &'static str {
    if languages::is_rtl(lang) { "rtl" } else { "ltr" }
}
