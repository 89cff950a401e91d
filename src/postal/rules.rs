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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diag::{FileId, Level};
    use crate::model::{Field, Status, TargetRole};

    const US: CountryCode = CountryCode(*b"US");
    const DE: CountryCode = CountryCode(*b"DE");

    fn text(value: &str) -> Text {
        Field::new(Arc::from(value), None)
    }

    fn office(name: &str, line: &str, at: u32) -> Target {
        let span = Span { file: FileId(at), start: at, end: at };
        Target {
            span,
            name: None,
            office: Some(text(name)),
            salutation: None,
            close: None,
            role: TargetRole::Target,
            only_in: Vec::new(),
            takes_post: true,
            suspended_from: Vec::new(),
            labels: true,
            lang: None,
            letter: None,
            address: Some(Address {
                span,
                country: Field::new(CountryCode(*b"BY"), None),
                form: AddressForm::Lines(vec![text(line)]),
            }),
            local_address: None,
            contacts: None,
        }
    }

    fn case(id: &str, targets: Vec<Target>) -> Case {
        Case {
            id: Arc::from(id),
            span: Span { file: FileId(0), start: 0, end: 0 },
            name: text("Ala Example"),
            country: Field::new(CountryCode(*b"BY"), None),
            lang: Arc::from("en"),
            who: None,
            title: None,
            reference: None,
            status: Status::Open,
            issued: None,
            deadline: None,
            expired: false,
            outcome: None,
            summary: text("summary"),
            story: None,
            demands: Vec::new(),
            languages: Vec::new(),
            link: None,
            caution: None,
            facts: Vec::new(),
            photo: None,
            letter: None,
            targets,
            solidarity: None,
        }
    }

    #[test]
    fn rules_of_a_target_follow_the_senders_country() {
        let plain = office("Prosecutor", "1 Sample St", 1);
        assert_eq!(target(&plain, Some(US)), Reach::Post { labels: true, domestic: false });
        assert!(target(&plain, Some(CountryCode(*b"BY"))).takes_label());
        let embassy = Target { only_in: vec![US], ..plain.clone() };
        assert!(target(&embassy, Some(US)).takes_post());
        assert_eq!(target(&embassy, Some(DE)), Reach::NotForSender);
        assert_eq!(target(&embassy, None), Reach::NotForSender);
        let suspended = Target { suspended_from: vec![US], ..plain.clone() };
        assert_eq!(target(&suspended, Some(US)).strings_key(), Some("post_suspended"));
        assert!(target(&suspended, Some(DE)).takes_post());
        let bare = Target { labels: false, ..plain.clone() };
        assert!(target(&bare, Some(DE)).takes_post() && !target(&bare, Some(DE)).takes_label());
        assert_eq!(target(&Target { takes_post: false, ..plain.clone() }, Some(DE)), Reach::OtherMeans);
        assert_eq!(target(&Target { address: None, ..plain }, Some(DE)), Reach::NoAddress);
    }

    fn levels(cases: &[Case]) -> Vec<Level> {
        repeats(cases).iter().map(|d| d.level).collect()
    }

    #[test]
    fn what_is_said_twice_is_noticed() {
        let here = || office("Prosecutor General", "1 Sample St, Minsk", 1);
        let spelled_otherwise = office("prosecutor general", "1, SAMPLE ST. MINSK", 2);
        let elsewhere = office("Prosecutor General", "99 Other St, Minsk", 3);
        let other = office("Minister", "99 Other St, Minsk", 4);
        assert_eq!(levels(&[case("a", vec![here()]), case("b", vec![spelled_otherwise])]), [Level::Note]);
        assert_eq!(levels(&[case("a", vec![here()]), case("b", vec![elsewhere.clone()])]), [Level::Warning]);
        assert_eq!(levels(&[case("a", vec![here(), here()])]), [Level::Warning]);
        assert_eq!(levels(&[case("a", vec![here(), other])]), []);
        let said = repeats(&[case("a", vec![here()]), case("b", vec![elsewhere])]);
        assert_eq!(said[0].related.len(), 1);
        assert!(said[0].span.is_some_and(|s| s.start == 3));
    }

    #[test]
    fn an_office_that_a_thousand_towns_have_is_said_once() {
        let targets = (0..1000).map(|n| office("Mayor", &format!("{n} Town"), n)).collect();
        assert_eq!(repeats(&[case("a", targets)]).len(), 1);
    }
}
