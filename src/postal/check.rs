//! Takes the fields of an address and its country's format; gives the mistakes: lost fields are errors, what a real
//! address may have all the same is a warning.

use super::address::Values;
use super::country::{self, CountryLine};
use super::format::{Format, Layout, Part};
use crate::diag::{Diagnostic, Span};
use crate::model::{AddressFields, AddressForm, CountryCode, Text};

pub(super) fn unknown_country(code: CountryCode, span: Option<Span>) -> Diagnostic {
    Diagnostic::error(format!("`{}` is no country", code.as_str()))
        .at(span)
        .hint("give its ISO 3166-1 code of two capital letters, such as `BY`")
}

pub(super) fn fields(
    fields: &AddressFields,
    values: &Values,
    format: &Format,
    layout: &Layout,
    span: Span,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let country = || country::name(format.code, "en");
    if !Part::ALL.iter().any(|part| *part != Part::Name && values.is_given(*part)) && values.folded.is_empty()
    {
        problems.push(Diagnostic::error("the address has no fields").at(span));
        return problems;
    }
    for part in Part::ALL {
        if part != Part::Name && values.is_given(part) && !layout.has(part) {
            problems.push(
                Diagnostic::error(format!("`{}` has no place in an address in {}", part.key(), country()))
                    .at(field_span(fields, part).unwrap_or(span))
                    .hint(no_place_hint(part, layout)),
            );
        }
        let stands_in = values.folded.contains(&part);
        if format.require.has(part) && layout.has(part) && !values.is_given(part) && !stands_in {
            problems.push(
                Diagnostic::warning(format!("an address in {} needs a `{}`", country(), part.key()))
                    .at(span)
                    .hint(match (part, format.example()) {
                        (Part::Postcode, Some(example)) => format!("such as `{example}`"),
                        _ => "give the whole address as `lines = [\"…\"]` if it has none".to_owned(),
                    }),
            );
        }
    }
    let postcode = values.get(Part::Postcode);
    if layout.has(Part::Postcode)
        && !postcode.is_empty()
        && !format.postcode_fits(&postcode.to_ascii_uppercase())
    {
        let mut problem = Diagnostic::warning(format!("`{postcode}` is no postcode of {}", country()))
            .at(field_span(fields, Part::Postcode).unwrap_or(span));
        if let Some(example) = format.example() {
            problem = problem.hint(format!("one looks like `{example}`"));
        }
        problems.push(problem);
    }
    if let Some(city) = fields.city.as_ref().filter(|_| !postcode.is_empty())
        && city.split([' ', ',']).any(|word| word == &*postcode)
    {
        problems.push(
            Diagnostic::warning(format!("`{postcode}` would be printed twice: it stands in `city` as well"))
                .at(city.span)
                .hint("leave it in `postcode` alone"),
        );
    }
    problems
}

/// An address that names its country itself, where the country line would name it again.
pub(super) fn country_twice(
    form: &AddressForm,
    line: &CountryLine,
    destination: CountryCode,
) -> Option<Diagnostic> {
    let last = match form {
        AddressForm::Lines(lines) => lines.last(),
        AddressForm::Fields(fields) => {
            [&fields.city, &fields.region].into_iter().flatten().find(|text| text.contains(','))
        }
    }?;
    let part = last.rsplit(',').next().unwrap_or_default().trim();
    let same = |name: &str| part.eq_ignore_ascii_case(name);
    // Singapore is a city of its country too.
    let city = matches!(
        destination.as_str(),
        "SG" | "MC" | "VA" | "GI" | "LU" | "DJ" | "SM" | "PA" | "GT" | "KW" | "HK" | "MO"
    );
    (!city && (same(&line.text) || same(country::name(destination, "en")))).then(|| {
        Diagnostic::warning(format!("`{part}` would be printed twice: the country line is added below"))
            .at(last.span)
            .hint(format!("take `{part}` out of the address"))
    })
}

fn no_place_hint(part: Part, layout: &Layout) -> String {
    let free = "or give the whole address as `lines = [\"…\"]`";
    match part {
        Part::Postcode => format!("leave it out, {free}"),
        Part::Organization | Part::Name | Part::Street => format!("leave it out, {free}"),
        _ if layout.has(Part::Street) => format!("write it as a line of `street`, {free}"),
        _ => format!("leave it out, {free}"),
    }
}

/// Where a part was written.
fn field_span(fields: &AddressFields, part: Part) -> Option<Span> {
    let single = |text: &Option<Text>| text.as_ref().and_then(|text| text.span);
    match part {
        Part::Name => None,
        Part::Organization => single(&fields.organization),
        Part::Street => fields.street.first().and_then(|text| text.span),
        Part::DependentLocality => single(&fields.dependent_locality),
        Part::City => single(&fields.city),
        Part::Region => single(&fields.region),
        Part::Postcode => single(&fields.postcode),
        Part::SortingCode => single(&fields.sorting_code),
    }
}
