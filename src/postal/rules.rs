//! Takes targets and the sender's country; gives who takes post and labels and why not, and what the cases say twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::country;
use crate::diag::{Diagnostic, Span};
use crate::model::{Address, AddressForm, Case, CountryCode, Solidarity, Target, Text};

/// Whether a letter can go to somebody by post, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By post; with an adhesive label where `labels` is true, else with the address on the envelope itself.
    Post { labels: bool, domestic: bool },
    /// The target is not for senders in this country (an embassy elsewhere): it prints nowhere.
    NotForSender,
    /// The post from the sender's country to this target is suspended.
    Suspended,
    /// The target is reached by other means than post.
    OtherMeans,
    /// There is no address.
    NoAddress,
}

impl Reach {
    pub fn takes_post(self) -> bool {
        matches!(self, Reach::Post { .. })
    }

    pub fn takes_label(self) -> bool {
        matches!(self, Reach::Post { labels: true, .. })
    }

    /// True where the target is printed at all for this sender.
    pub fn is_addressed(self) -> bool {
        self != Reach::NotForSender
    }

    /// The key of the fixed words that say it on the case sheet; `None` for ordinary post.
    pub fn strings_key(self) -> Option<&'static str> {
        match self {
            Reach::Post { labels: true, .. } | Reach::NotForSender => None,
            Reach::Post { labels: false, .. } => Some("post_no_labels"),
            Reach::Suspended => Some("post_suspended"),
            Reach::OtherMeans => Some("post_none"),
            Reach::NoAddress => Some("post_no_address"),
        }
    }
}

/// How a target is reached from a sender's country. Without a sender no rule that names countries applies, but a target
/// kept for certain senders is left out.
pub fn target(target: &Target, sender: Option<CountryCode>) -> Reach {
    let lists = |codes: &[CountryCode]| sender.is_some_and(|sender| codes.contains(&sender));
    if !target.only_in.is_empty() && !lists(&target.only_in) {
        return Reach::NotForSender;
    }
    if !target.takes_post {
        return Reach::OtherMeans;
    }
    if lists(&target.suspended_from) {
        return Reach::Suspended;
    }
    by_address(target.address.as_ref(), target.labels, sender)
}

/// How cards reach a person or family.
pub fn solidarity(solidarity: &Solidarity, sender: Option<CountryCode>) -> Reach {
    by_address(solidarity.address.as_ref(), solidarity.labels, sender)
}

fn by_address(address: Option<&Address>, labels: bool, sender: Option<CountryCode>) -> Reach {
    match address {
        Some(address) => {
            Reach::Post { labels, domestic: country::is_domestic(address.country.value, sender) }
        }
        None => Reach::NoAddress,
    }
}

/// What the cases say twice: the same person or office under two addresses (a warning: one of them may be old), and the
/// same target in two cases (a note: both letters go to one desk).
pub fn repeats(cases: &[Case]) -> Vec<Diagnostic> {
    let mut seen: HashMap<(String, CountryCode), Vec<Seen>> = HashMap::new();
    let mut found = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for target in &case.targets {
            let Some(address) = &target.address else { continue };
            let who = key([&target.name, &target.office].into_iter().flatten());
            if who.is_empty() {
                continue;
            }
            let place = key(address_texts(&address.form));
            let here = Seen { case: number, place, span: target.span, address: address.span };
            match seen.entry((who, address.country.value)) {
                Entry::Vacant(entry) => {
                    entry.insert(vec![here]);
                }
                Entry::Occupied(mut entry) => {
                    found.extend(compare(entry.get(), &here, target, cases));
                    let known = entry.get().iter().any(|s| s.place == here.place && s.case == here.case);
                    if !known && entry.get().len() < MOST_COMPARED {
                        entry.get_mut().push(here);
                    }
                }
            }
        }
    }
    found
}

/// So many places of one name are compared; an office that a thousand towns have is not the same office.
const MOST_COMPARED: usize = 16;

/// Where somebody was met before.
struct Seen {
    case: usize,
    place: String,
    span: Span,
    address: Span,
}

fn compare(before: &[Seen], here: &Seen, target: &Target, cases: &[Case]) -> Option<Diagnostic> {
    let first = before.first()?;
    let name = target.name.as_ref().or(target.office.as_ref()).map_or("the target", |text| &**text);
    let id = |seen: &Seen| cases.get(seen.case).map_or("", |case| &*case.id);
    if let Some(same) = before.iter().find(|seen| seen.place == here.place) {
        let told = before.iter().any(|seen| seen.place == here.place && seen.case == here.case);
        return match (same.case == here.case, told) {
            (true, _) => Some(
                Diagnostic::warning(format!("`{name}` is a target twice in `{}`", id(here)))
                    .at(here.span)
                    .related(same.span, "first here"),
            ),
            (false, true) => None,
            (false, false) => Some(
                Diagnostic::note(format!("`{name}` is a target of `{}` and of `{}`", id(same), id(here)))
                    .at(here.span)
                    .related(same.span, "first here"),
            ),
        };
    }
    if before.len() > 1 {
        return None;
    }
    Some(
        Diagnostic::warning(format!("`{name}` has another address here than in `{}`", id(first)))
            .at(here.address)
            .related(first.address, "the other one")
            .hint("make them the same, or tell the two apart by their `office`"),
    )
}

/// Words without capitals, accents of typing, punctuation and spaces, so that two spellings of one thing are one.
fn key<'a>(texts: impl Iterator<Item = &'a Text>) -> String {
    let letters = texts.flat_map(|text| text.chars());
    letters.filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn address_texts(form: &AddressForm) -> impl Iterator<Item = &Text> {
    let (fields, lines) = match form {
        AddressForm::Fields(fields) => (Some(fields), None),
        AddressForm::Lines(lines) => (None, Some(lines)),
    };
    let of_fields = fields.into_iter().flat_map(|f| {
        let rest = [&f.dependent_locality, &f.city, &f.region, &f.postcode, &f.sorting_code];
        f.organization.iter().chain(&f.street).chain(rest.into_iter().flatten())
    });
    of_fields.chain(lines.into_iter().flatten())
}
