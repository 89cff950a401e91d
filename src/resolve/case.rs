//! A case file to the model's case: its own keys, its targets and its solidarity address.

use std::collections::HashSet;

use super::keys::{self, Case as Key};
use super::walk::{Values, Walker};
use super::{Options, address, rows};
use crate::diag::{Diagnostic, Report, Sources, Span};
use crate::limits::Limits;
use crate::load::{RawFile, RawKit};
use crate::model::{
    Address, Case, Contacts, CountryCode, Field, Lang, LocalAddress, Photo, Solidarity, Status, Target,
    TargetRole, Text,
};

/// What every case is read with.
pub struct Context<'a> {
    pub raw: &'a RawKit,
    pub options: &'a Options,
    pub limits: &'a Limits,
    pub sources: &'a Sources,
    pub kit_lang: Lang,
}

/// Reads a case. `None` where it lacks what no sheet can do without; that was reported.
pub fn resolve(file: &RawFile, context: &Context<'_>, report: &mut Report) -> Option<Case> {
    let span = Span::start_of(file.file);
    let mut walker = Walker {
        source: context.sources.get(file.file),
        root: &keys::CASE,
        unreadable_keys: &file.unreadable_keys,
        limits: context.limits,
        report,
    };
    let mut values = walker.walk(&keys::CASE, &file.root, span);
    let report = walker.report;
    let country = values.country(Key::Country);
    let status = match values.choice(Key::Status).map(|choice| choice.value) {
        Some(1) => Status::Extended,
        Some(2) => Status::Ended,
        _ => Status::Open,
    };
    let outcome = values.text(Key::Outcome);
    check_outcome(&values, status, outcome.as_ref(), file, report);
    let issued = values.date(Key::Issued);
    let deadline = values.date(Key::Deadline);
    let expired = status != Status::Ended
        && check_deadline(deadline.as_ref(), issued.as_ref(), context.options, report);
    let photo = values.table(Key::Photo).and_then(|table| photo(*table, context.raw));
    let letter = values.table(Key::Letter).and_then(|mut table| table.text(keys::Letter::Body));
    let wrong_targets = values.is_wrong(Key::Targets);
    let mut targets: Vec<Target> = values
        .tables(Key::Targets)
        .into_iter()
        .filter_map(|table| target_of_table(table, country.as_ref(), report))
        .collect();
    let recipients = values.text(Key::Recipients);
    let more = recipients.as_ref().and_then(|path| context.raw.recipients.get(&path.value));
    if let Some(rows) = more.and_then(Option::as_ref) {
        targets.extend(rows::targets(rows, country.as_ref(), context, report));
    }
    let has_targets =
        values.has(Key::Targets) || !targets.is_empty() || wrong_targets || recipients.is_some();
    let unreadable = file.unreadable_keys.contains("targets") || file.root.get("targets").is_some();
    if !has_targets && !unreadable && status != Status::Ended && !values.is_wrong(Key::Recipients) {
        report.push(
            Diagnostic::warning("the case has no target: nobody to write to")
                .at(span)
                .hint("add `[[targets]]` with name or office, salutation and address"),
        );
    }
    let solidarity =
        values.table(Key::Solidarity).and_then(|table| solidarity(*table, country.as_ref(), report));
    let lang = values.language(Key::Lang).map_or_else(|| context.kit_lang.clone(), |lang| lang.value);
    check_letters(&targets, letter.as_ref(), &lang, report);
    let languages = values.languages(Key::Languages);
    for (at, lang) in languages.iter().enumerate() {
        if languages[..at].iter().any(|other| other.value == lang.value) {
            let twice = Diagnostic::warning(format!("`{}` is named twice in `languages`", lang.value));
            report.push(twice.at(lang.span).hint("delete one of them"));
        }
    }
    let demands = values.lines(Key::Demands);
    let name = values.text(Key::Name);
    let summary = values.text(Key::Summary);
    Some(Case {
        id: file.stem.clone(),
        span,
        name: name?,
        country: country?,
        lang,
        who: values.text(Key::Who),
        title: values.text(Key::Title),
        reference: values.text(Key::Reference),
        status,
        issued,
        deadline,
        expired,
        outcome,
        summary: summary?,
        story: values.text(Key::Story),
        demands: Some(demands).filter(|demands| !demands.is_empty())?,
        languages,
        link: values.text(Key::Link),
        caution: values.text(Key::Caution),
        facts: values.pairs(Key::Facts),
        photo,
        letter,
        targets,
        solidarity,
    })
}

/// Warns of letters that begin and end in one language, and say what the case says in another; and of those that hold
/// the salutation or the close, which are printed round them.
fn check_letters(targets: &[Target], letter: Option<&Text>, lang: &Lang, report: &mut Report) {
    let has_letter = letter.is_some();
    let bodies: Vec<&Text> =
        letter.into_iter().chain(targets.iter().filter_map(|target| target.letter.as_ref())).collect();
    let said = |pick: fn(&Target) -> &Option<Text>| -> HashSet<&str> {
        let asked = targets.iter().filter(|_| !bodies.is_empty());
        asked.filter_map(|target| Some(bare(pick(target).as_ref()?))).collect()
    };
    let (salutations, closes) = (said(|target| &target.salutation), said(|target| &target.close));
    for body in bodies {
        let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
        let (first, last) = (lines.next().unwrap_or_default(), lines.next_back().unwrap_or_default());
        // A line of its own that ends in a comma and is no sentence.
        let is_greeting = first.ends_with([',', '،', '，']) && first.split_whitespace().count() <= 6;
        for (twice, line, key) in [
            (is_greeting || salutations.contains(bare(first)), first, "salutation"),
            (closes.contains(bare(last)), last, "close"),
        ] {
            if twice && !line.is_empty() {
                report.push(
                    Diagnostic::warning(format!(
                        "the letter says `{line}` itself, and `{key}` is printed as well"
                    ))
                    .at(body.span)
                    .hint(format!("take the line out of the letter; it stands in each target's `{key}`")),
                );
            }
        }
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    for target in targets.iter().filter(|t| t.role == TargetRole::Target && t.letter.is_none()) {
        let Some(own) = target.lang.as_ref().filter(|own| primary(own) != primary(lang)) else { continue };
        let what = if has_letter { "the case's letter is" } else { "the case's summary and demands are" };
        report.push(
            Diagnostic::warning(format!("this letter begins and ends in `{own}`, but {what} in `{lang}`"))
                .at(target.span)
                .hint(format!(
                    "write `letter = \"\"\"…\"\"\"` in `{own}` for this target, or take its `lang` away"
                )),
        );
    }
}

/// A line without the marks at its end.
fn bare(line: &str) -> &str {
    line.trim().trim_end_matches([',', '.', ':', '!', ' '])
}

fn check_outcome(
    values: &Values,
    status: Status,
    outcome: Option<&Text>,
    file: &RawFile,
    report: &mut Report,
) {
    let at = |key: &str| file.root.get(key).map(|entry| entry.value.span);
    match (status, outcome) {
        (Status::Ended, None)
            if !values.is_wrong(Key::Outcome) && !file.unreadable_keys.contains("outcome") =>
        {
            report.push(
                Diagnostic::error("`outcome` is missing: the case has ended")
                    .at(at("status"))
                    .hint("add `outcome = \"…\"`: what came of it"),
            )
        }
        (Status::Open | Status::Extended, Some(outcome)) if !values.is_wrong(Key::Status) => report.push(
            Diagnostic::warning("`outcome` is not printed while the case is open")
                .at(outcome.span)
                .hint("write `status = \"ended\"` if the case has ended"),
        ),
        _ => {}
    }
}

/// True where the deadline is past and yet allowed.
fn check_deadline(
    deadline: Option<&Field<jiff::civil::Date>>,
    issued: Option<&Field<jiff::civil::Date>>,
    options: &Options,
    report: &mut Report,
) -> bool {
    let Some(deadline) = deadline else { return false };
    if let Some(issued) = issued
        && deadline.value < issued.value
    {
        let error =
            Diagnostic::error(format!("the deadline, {}, lies before the day of issue", deadline.value))
                .at(deadline.span);
        report.push(match issued.span {
            Some(span) => error.related(span, "the day of issue"),
            None => error,
        });
        return false;
    }
    let expired = deadline.value < options.today;
    if expired && !options.allow_expired {
        report.push(
            Diagnostic::error(format!(
                "the deadline, {}, is past: today is {}",
                deadline.value, options.today
            ))
            .at(deadline.span)
            .hint("take the case out, or print it all the same with `--allow-expired`"),
        );
    }
    expired
}

fn photo(mut table: Values, raw: &RawKit) -> Option<Photo> {
    use keys::Photo as Key;
    let path = table.text(Key::File)?;
    let image = raw.images.get(&path.value).copied().flatten()?;
    Some(Photo {
        image: Field::new(image, path.span),
        alt: table.text(Key::Alt),
        credit: table.text(Key::Credit),
    })
}

fn target_of_table(
    mut table: Values,
    country: Option<&Field<CountryCode>>,
    report: &mut Report,
) -> Option<Target> {
    use keys::Target as Key;
    let address_given = table.has(Key::Address);
    let address =
        table.table(Key::Address).and_then(|address| address::address(*address, country.cloned(), report));
    let local =
        table.table(Key::LocalAddress).and_then(|local| address::local_address(*local, report)).map(Box::new);
    target(&mut table, address_given, address, local, report)
}

/// A target of the values of its keys, and its address. `None` where it is not to be addressed; that was reported.
pub fn target(
    table: &mut Values,
    address_given: bool,
    address: Option<Address>,
    local_address: Option<Box<LocalAddress>>,
    report: &mut Report,
) -> Option<Target> {
    use keys::Target as Key;
    let span = table.span;
    let nameless = !table.has(Key::Name) && !table.has(Key::Office);
    if nameless {
        report.push(
            Diagnostic::error("the target has neither `name` nor `office`")
                .at(span)
                .hint("add `name = \"…\"` or `office = \"…\"`: to whom the letter goes"),
        );
    }
    let role = match table.choice(Key::Role) {
        Some(choice) if choice.value == 1 => TargetRole::Copy,
        _ => TargetRole::Target,
    };
    let salutation = table.text(Key::Salutation);
    if let Some(salutation) = salutation.as_ref().filter(|s| !s.contains(char::is_alphabetic)) {
        report.push(
            Diagnostic::error("the `salutation` says nothing")
                .at(salutation.span)
                .hint("write `salutation = \"Dear …,\"`"),
        );
    }
    if role == TargetRole::Target && salutation.is_none() && !table.is_wrong(Key::Salutation) {
        report.push(
            Diagnostic::error("the target has no `salutation`")
                .at(span)
                .hint("add `salutation = \"Dear …,\"`, or `role = \"copy\"` for somebody who gets a copy"),
        );
    }
    let post_wrong = table.is_wrong(Key::Post);
    let takes_post = table.choice(Key::Post).is_none_or(|choice| choice.value == 0);
    if takes_post && !address_given && !post_wrong {
        report.push(
            Diagnostic::error("the target has no `address`")
                .at(span)
                .hint("add `address = { … }`, or `post = \"none\"` for somebody to reach by other means"),
        );
    }
    let contacts = Contacts {
        email: table.text(Key::Email),
        fax: table.text(Key::Fax),
        phone: table.text(Key::Phone),
        website: table.text(Key::Website),
        social: table.lines(Key::Social),
    };
    let contacts = Some(contacts).filter(|contacts| *contacts != Contacts::NONE).map(Box::new);
    let mistaken =
        [Key::Email, Key::Fax, Key::Phone, Key::Website, Key::Social].iter().any(|key| table.is_wrong(*key));
    if !takes_post && contacts.is_none() && !mistaken {
        report.push(
            Diagnostic::warning("the target takes no post and has no other means of contact")
                .at(span)
                .hint("add `email`, `fax`, `phone`, `website` or `social`"),
        );
    }
    let codes = |fields: Vec<Field<CountryCode>>| fields.into_iter().map(|field| field.value).collect();
    let target = Target {
        span,
        name: table.text(Key::Name),
        office: table.text(Key::Office),
        salutation,
        close: table.text(Key::Close),
        role,
        only_in: codes(table.countries(Key::In)),
        takes_post,
        suspended_from: codes(table.countries(Key::SuspendedFrom)),
        labels: table.boolean(Key::Labels).is_none_or(|labels| labels.value),
        lang: table.language(Key::Lang).map(|lang| lang.value),
        letter: table.text(Key::Letter),
        address,
        local_address,
        contacts,
    };
    (!nameless).then_some(target)
}

fn solidarity(
    mut table: Values,
    country: Option<&Field<CountryCode>>,
    report: &mut Report,
) -> Option<Solidarity> {
    use keys::Solidarity as Key;
    Some(Solidarity {
        span: table.span,
        name: table.text(Key::Name),
        address: table
            .table(Key::Address)
            .and_then(|address| address::address(*address, country.cloned(), report)),
        local_address: table
            .table(Key::LocalAddress)
            .and_then(|local| address::local_address(*local, report))
            .map(Box::new),
        languages: table.languages(Key::Languages),
        mention_organisation: table.boolean(Key::MentionOrganisation).is_some_and(|mention| mention.value),
        religious: table.boolean(Key::Religious).is_some_and(|religious| religious.value),
        rules: table.lines(Key::Rules),
        labels: table.boolean(Key::Labels).is_none_or(|labels| labels.value),
    })
}
