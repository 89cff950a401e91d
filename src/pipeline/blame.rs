//! A mistake of layout, and the page it showed on, in; the field of the case file that it comes from out.
//!
//! Layout knows only bytes of rendered HTML. Whatever text stands there was copied from some field, so the field is found
//! by looking for that text among the fields of the sheet's subject; failing that, the template's own place is named.

use std::ops::Range;

use crate::diag::Span;
use crate::model::{Address, AddressForm, Case, Kit, LocalAddress, Target, Text};
use crate::template::{Recipient, Subject};

/// The text fields that a sheet for this subject may show, the likeliest first.
pub fn fields<'k>(kit: &'k Kit, subject: &Subject) -> Vec<&'k Text> {
    let mut found = Vec::new();
    if let Some(case) = subject.case(kit) {
        match subject.recipient {
            Some(Recipient::Target(_)) => {
                if let Some(target) = subject.target(kit) {
                    target_fields(target, &mut found);
                }
                case_fields(case, &mut found);
            }
            Some(Recipient::Solidarity) => solidarity_fields(case, &mut found),
            None => {
                case_fields(case, &mut found);
                solidarity_fields(case, &mut found);
                case.targets.iter().for_each(|target| target_fields(target, &mut found));
            }
        }
    } else {
        for case in &kit.cases {
            case_fields(case, &mut found);
        }
    }
    kit_fields(kit, &mut found);
    found
}

/// The field whose text shares the most with a piece of rendered HTML, as its span.
///
/// `html[range]` may hold markup and entities; words are compared, so a field is found though its paragraphs were split.
pub fn field_of(kit: &Kit, subject: &Subject, html: &str, range: Range<usize>) -> Option<Span> {
    let piece = plain(html.get(range)?);
    if piece.is_empty() {
        return None;
    }
    let probe: String = piece.chars().take(48).collect();
    let mut best: Option<(usize, Span)> = None;
    for field in fields(kit, subject) {
        let Some(span) = field.span else { continue };
        let text = evened(field);
        // A letter or two stand in many a field by chance.
        let shared = if text == piece {
            usize::MAX
        } else if piece.len() >= LEAST_SHARED && text.contains(piece.as_str()) {
            piece.len()
        } else if text.len() >= LEAST_SHARED.max(piece.len() / 2) && piece.contains(text.as_str()) {
            text.len()
        } else if probe.len() >= LEAST_SHARED && text.contains(probe.as_str()) {
            probe.len()
        } else {
            continue;
        };
        if best.is_none_or(|(most, _)| shared > most) {
            best = Some((shared, span));
        }
    }
    best.map(|(_, span)| span)
}

/// Bytes that a piece and a field must share to belong together.
const LEAST_SHARED: usize = 6;

/// What takes the most room among what a sheet shows of its case: one text, or all of a list; as its span.
pub fn longest_of(kit: &Kit, subject: &Subject, html: &str) -> Option<Span> {
    let shown = plain(html);
    let mut groups: Vec<Vec<&Text>> = Vec::new();
    if let Some(case) = subject.case(kit) {
        groups.push(case.demands.iter().collect());
        groups.push(case.facts.iter().flat_map(|(label, value)| [label, value]).collect());
    }
    if let Some(address) = subject.target(kit).and_then(|target| target.address.as_ref()) {
        let mut lines = Vec::new();
        address_fields(address, &mut lines);
        groups.push(lines);
    }
    groups.extend(fields(kit, subject).into_iter().map(|field| vec![field]));
    let is_shown = |field: &Text| {
        let text = evened(field);
        let probe: String = text.chars().take(48).collect();
        shown.contains(probe.as_str())
    };
    let length = |group: &[&Text]| group.iter().filter(|f| is_shown(f)).map(|f| f.len()).sum::<usize>();
    let mut longest: Option<(usize, Span)> = None;
    for group in groups.iter().filter(|group| !group.is_empty()) {
        let spans: Vec<Span> = group.iter().filter_map(|field| field.span).collect();
        let Some(first) = spans.first() else { continue };
        let end = spans.iter().filter(|span| span.file == first.file).map(|span| span.end).max();
        let length = length(group);
        if longest.is_none_or(|(most, _)| length > most) {
            longest = Some((length, Span { end: end.unwrap_or(first.end), ..*first }));
        }
    }
    // Where it is a small part of all, the text is the template's own.
    longest.filter(|(length, _)| length * 10 >= shown.len()).map(|(_, span)| span)
}

/// The first field that holds a character, and the character's own place in it where the file spells it out.
pub fn field_with(
    kit: &Kit,
    subject: &Subject,
    character: char,
    source: impl Fn(Span) -> String,
) -> Option<Span> {
    let field = fields(kit, subject).into_iter().find(|f| f.contains(character) && f.span.is_some())?;
    let span = field.span?;
    let written = source(span);
    Some(match written.find(character) {
        Some(at) => {
            let start = span.start as usize + at;
            Span::new(span.file, start..start + character.len_utf8())
        }
        None => span,
    })
}

fn kit_fields<'k>(kit: &'k Kit, found: &mut Vec<&'k Text>) {
    found.push(&kit.title);
    found.extend(&kit.organisation.name);
    found.extend([&kit.event.time, &kit.event.place, &kit.event.report_to].into_iter().flatten());
    found.extend(&kit.event.bring);
    if let Some(sender) = &kit.sender {
        found.extend(&sender.name);
        address_fields(&sender.address, found);
    }
}

fn case_fields<'k>(case: &'k Case, found: &mut Vec<&'k Text>) {
    found.extend([&case.story, &case.letter].into_iter().flatten());
    found.push(&case.summary);
    found.push(&case.name);
    found.extend(
        [&case.who, &case.title, &case.reference, &case.outcome, &case.link, &case.caution]
            .into_iter()
            .flatten(),
    );
    found.extend(&case.demands);
    found.extend(case.facts.iter().flat_map(|(label, value)| [label, value]));
    if let Some(photo) = &case.photo {
        found.extend([&photo.alt, &photo.credit].into_iter().flatten());
    }
}

fn target_fields<'k>(target: &'k Target, found: &mut Vec<&'k Text>) {
    found.extend(
        [&target.letter, &target.name, &target.office, &target.salutation, &target.close]
            .into_iter()
            .flatten(),
    );
    if let Some(address) = &target.address {
        address_fields(address, found);
    }
    if let Some(local) = &target.local_address {
        local_fields(local, found);
    }
    if let Some(contacts) = &target.contacts {
        found.extend(
            [&contacts.email, &contacts.fax, &contacts.phone, &contacts.website].into_iter().flatten(),
        );
        found.extend(&contacts.social);
    }
}

fn solidarity_fields<'k>(case: &'k Case, found: &mut Vec<&'k Text>) {
    let Some(solidarity) = &case.solidarity else { return };
    found.extend(&solidarity.name);
    found.extend(&solidarity.rules);
    if let Some(address) = &solidarity.address {
        address_fields(address, found);
    }
    if let Some(local) = &solidarity.local_address {
        local_fields(local, found);
    }
}

fn local_fields<'k>(local: &'k LocalAddress, found: &mut Vec<&'k Text>) {
    found.extend([&local.name, &local.office].into_iter().flatten());
    form_fields(&local.form, found);
}

fn address_fields<'k>(address: &'k Address, found: &mut Vec<&'k Text>) {
    form_fields(&address.form, found);
}

fn form_fields<'k>(form: &'k AddressForm, found: &mut Vec<&'k Text>) {
    match form {
        AddressForm::Lines(lines) => found.extend(lines),
        AddressForm::Fields(f) => {
            found.extend(&f.street);
            found.extend(
                [&f.organization, &f.dependent_locality, &f.city, &f.region, &f.postcode, &f.sorting_code]
                    .into_iter()
                    .flatten(),
            );
        }
    }
}

/// The words of a piece of HTML: tags out, the five entities that escaping makes back, white space evened.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside_tag = false;
    for c in html.chars() {
        match c {
            '<' => inside_tag = true,
            '>' if inside_tag => {
                inside_tag = false;
                text.push(' ');
            }
            _ if !inside_tag => text.push(c),
            _ => {}
        }
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    evened(&text)
}

fn evened(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_entities_do_not_hide_the_words() {
        assert_eq!(plain("<p>A &amp; B\n <b>C</b></p>"), "A & B C");
        assert_eq!(plain("no tags"), "no tags");
    }
}
