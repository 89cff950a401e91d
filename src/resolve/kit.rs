//! `kit.toml` to the model's kit, without its cases; the command line's choices go before the file's.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::address::{self, Form};
use super::keys::{self, Kit as Key};
use super::walk::{Values, Walker};
use super::{Options, postal, scalar};
use crate::diag::{Diagnostic, Report, Source, Sources, Span};
use crate::limits::Limits;
use crate::load::{RawKit, RawTable};
use crate::model::{Event, Field, Kit, Organisation, Paper, Postage, Sender, Text};

const TITLE: &str = "Letter-writing kit";

/// Reads the kit's file, or takes every default where there is none.
pub fn resolve(
    raw: &RawKit,
    options: &Options,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<Kit> {
    let none = BTreeSet::new();
    let nothing = RawTable::default();
    let (source, root, unreadable_keys, span) = match &raw.kit {
        Some(file) => (sources.get(file.file), &file.root, &file.unreadable_keys, Span::start_of(file.file)),
        None => (
            Arc::new(Source { name: String::new(), text: "".into() }),
            &nothing,
            &none,
            Span::start_of(crate::diag::FileId(u32::MAX)),
        ),
    };
    let mut walker = Walker { source, root: &keys::KIT, unreadable_keys, limits, report };
    let mut values = walker.walk(&keys::KIT, root, span);
    let report = walker.report;
    let organisation =
        values.table(Key::Organisation).map(|table| organisation(*table, raw)).unwrap_or_default();
    let sender = values.table(Key::Sender).and_then(|table| sender(*table, report));
    let event = values.table(Key::Event).map(|table| event(*table, options, report)).unwrap_or_default();
    let postage = values.table(Key::Postage).map(|table| postage(*table)).unwrap_or_default();
    let lang = match &options.lang {
        Some(tag) => override_lang(tag, report)?,
        None => values.language(Key::Lang).map_or_else(|| "en".into(), |lang| lang.value),
    };
    let written =
        values.choice(Key::Paper).map(|choice| if choice.value == 0 { Paper::A4 } else { Paper::Letter });
    let usual = postal::usual_paper(sender.as_ref().map(|sender| sender.address.country.value));
    let paper = options.paper.or(written).unwrap_or(usual);
    let (envelope, labels) = match paper {
        Paper::A4 => ("c5", "avery-l7160"),
        Paper::Letter => ("us-10", "avery-5160"),
    };
    Some(Kit {
        title: values.text(Key::Title).unwrap_or_else(|| Field::new(TITLE.into(), None)),
        lang,
        paper,
        envelope: stock(&mut values, Key::Envelope, options.envelope.as_deref(), envelope, report),
        labels: stock(&mut values, Key::Labels, options.labels.as_deref(), labels, report),
        sheets: sheets(&mut values, root, report),
        duplex: values.boolean(Key::Duplex).is_some_and(|duplex| duplex.value),
        organisation,
        sender,
        event,
        postage,
        country_lines: values.country_lines(Key::CountryLines),
        today: options.today,
        cases: Vec::new(),
    })
}

/// The sheets that the file names; `None` for all.
fn sheets(values: &mut Values, root: &RawTable, report: &mut Report) -> Option<Vec<Text>> {
    let given = values.has(Key::Sheets) && !values.is_wrong(Key::Sheets);
    let sheets = values.lines(Key::Sheets);
    if given && sheets.is_empty() {
        report.push(
            Diagnostic::error("`sheets` is empty: nothing would be printed")
                .at(root.get("sheets").map(|entry| entry.value.span))
                .hint("name some, such as `sheets = [\"case-sheet\", \"letter\"]`, or delete the line to print all"),
        );
    }
    for (at, sheet) in sheets.iter().enumerate() {
        if sheets[..at].iter().any(|other| other.value == sheet.value) {
            let twice = Diagnostic::error(format!("`{}` is named twice in `sheets`", sheet.value));
            report.push(twice.at(sheet.span).hint("each sheet is printed once"));
        }
    }
    Some(sheets).filter(|sheets| !sheets.is_empty())
}

fn override_lang(tag: &str, report: &mut Report) -> Option<crate::model::Lang> {
    match scalar::language(tag) {
        Ok(lang) => Some(lang),
        Err(mistake) => {
            report.push(Diagnostic {
                hint: mistake.hint,
                ..Diagnostic::error(format!("`--lang`: {}", mistake.message))
            });
            None
        }
    }
}

/// A stock's id, from the command line, the file or the default, known to exist where no error was reported.
fn stock(values: &mut Values, key: Key, flag: Option<&str>, usual: &str, report: &mut Report) -> Arc<str> {
    let written = values.text(key);
    let (id, span) = match (flag, written) {
        (Some(flag), _) => (Arc::from(flag), None),
        (None, Some(text)) => (text.value, text.span),
        (None, None) => return usual.into(),
    };
    let (what, known) = match key {
        Key::Envelope => ("envelope", postal::envelope(&id)),
        _ => ("label", postal::labels(&id)),
    };
    match known {
        Ok(id) => id.into(),
        Err(near) => {
            let error = Diagnostic::error(format!("there is no {what} stock `{id}`")).at(span);
            report.push(match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("`makekit stocks --search {what}` lists those that are known")),
            });
            usual.into()
        }
    }
}

fn organisation(mut table: Values, raw: &RawKit) -> Organisation {
    use keys::Organisation as Key;
    let logo = table.text(Key::Logo).and_then(|path| {
        let image = raw.images.get(&path.value).copied().flatten()?;
        Some(Field::new(image, path.span))
    });
    Organisation {
        name: table.text(Key::Name),
        also_known_as: table.lines(Key::AlsoKnownAs),
        logo,
        colour: table.colour(Key::Colour),
    }
}

fn sender(mut table: Values, report: &mut Report) -> Option<Sender> {
    use keys::Sender as Key;
    let form = address::form(
        &mut table,
        Form {
            organization: Key::Organization as usize,
            street: Key::Street as usize,
            dependent_locality: Key::DependentLocality as usize,
            city: Key::City as usize,
            region: Key::Region as usize,
            postcode: Key::Postcode as usize,
            sorting_code: Key::SortingCode as usize,
            lines: Key::Lines as usize,
        },
        report,
    )?;
    let country = table.country(Key::Country)?;
    let letter_form = table
        .choice(Key::LetterForm)
        .map(|choice| choice_text(&keys::SENDER, Key::LetterForm as usize, choice));
    let feed = table
        .choice(Key::EnvelopeFeed)
        .map(|choice| choice_text(&keys::SENDER, Key::EnvelopeFeed as usize, choice));
    Some(Sender {
        name: table.text(Key::Name),
        address: crate::model::Address { span: table.span, country, form },
        country_line_languages: table
            .languages(Key::CountryLineLanguages)
            .into_iter()
            .map(|lang| lang.value)
            .collect(),
        letter_form,
        postcode_prefix: table.boolean(Key::PostcodePrefix).map(|prefix| prefix.value),
        envelope_feed: feed,
        trailing_edge_mm: table.number(Key::TrailingEdgeMm).map(|number| number.value as f32),
    })
}

fn choice_text(table: &keys::Table, key: usize, choice: Field<usize>) -> crate::model::Text {
    let text = match table.keys.get(key).map(|key| key.kind) {
        Some(keys::Kind::Choice(choices)) => choices.get(choice.value).copied().unwrap_or_default(),
        _ => "",
    };
    Field::new(text.into(), choice.span)
}

fn event(mut table: Values, options: &Options, report: &mut Report) -> Event {
    use keys::Event as Key;
    let whole = |number: Field<f64>| Field::new(number.value as u32, number.span);
    let event = Event {
        date: table.date(Key::Date),
        time: table.text(Key::Time),
        place: table.text(Key::Place),
        participants: table.number(Key::Participants).map(whole),
        letters_each: table.number(Key::LettersEach).map(whole),
        bring: table.lines(Key::Bring),
        report_by: table.date(Key::ReportBy),
        report_to: table.text(Key::ReportTo),
    };
    // A report is made when the evening is over.
    if let Some(date) =
        event.date.as_ref().filter(|date| date.value < options.today && !options.allow_expired)
    {
        let past = format!("the day of the event, {}, is past: today is {}", date.value, options.today);
        report.push(Diagnostic::warning(past).at(date.span));
    }
    if let (Some(date), Some(report_by)) = (&event.date, &event.report_by)
        && report_by.value < date.value
    {
        let error = Diagnostic::error(format!("`report_by` lies before the event, {}", date.value))
            .at(report_by.span);
        report.push(match date.span {
            Some(span) => error.related(span, "the day of the event"),
            None => error,
        });
    }
    event
}

fn postage(mut table: Values) -> Postage {
    use keys::Postage as Key;
    Postage {
        domestic: table.rate(Key::Domestic),
        international: table.rate(Key::International),
        first_step_grams: table
            .number(Key::FirstStepGrams)
            .map(|number| Field::new(number.value as f32, number.span)),
    }
}
