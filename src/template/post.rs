//! What this stage takes from `postal`: rules of recipients, address blocks, zones, letter forms, dates and names.

use jiff::civil::Date;

use super::subjects::Person;
use crate::model::{AddressForm, CountryCode, Kit, Lang, LocalAddress, Target, Text};

/// An address as it stands on paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AddressBlock {
    /// Name, office, organisation and address, without the country line.
    pub lines: Vec<String>,
    /// The same in the destination's script.
    pub local: Option<(Lang, Vec<String>)>,
    /// The country, in capitals and in the sender's post's language; `None` on domestic mail.
    pub country_line: Option<String>,
    pub domestic: bool,
}

/// Whether a target stands in kits of this sender's country at all.
pub(super) fn is_for_this_sender(kit: &Kit, target: &Target) -> bool {
    target.only_in.is_empty() || sender_country(kit).is_some_and(|country| target.only_in.contains(&country))
}

/// Whether post can be sent; the reason where not.
pub(super) fn takes_post(kit: &Kit, person: Person<'_>) -> Result<(), String> {
    if let Person::Target(target) = person {
        if !target.takes_post {
            return Err("reached by other means than post".to_owned());
        }
        if let Some(country) = sender_country(kit)
            && target.suspended_from.contains(&country)
        {
            return Err(format!("post from {} is suspended at present", country.as_str()));
        }
    }
    person.address().map(|_| ()).ok_or_else(|| "no address is known".to_owned())
}

pub(super) fn sender_country(kit: &Kit) -> Option<CountryCode> {
    kit.sender.as_ref().map(|sender| sender.address.country.value)
}

/// The block of somebody's address; `None` without one.
pub(super) fn address_block(kit: &Kit, person: Person<'_>) -> Option<AddressBlock> {
    let address = person.address()?;
    let (name, office, local) = match person {
        Person::Target(target) => (&target.name, &target.office, &target.local_address),
        Person::Solidarity(solidarity) => (&solidarity.name, &None, &solidarity.local_address),
    };
    let domestic = sender_country(kit) == Some(address.country.value);
    let mut lines = head(name, office);
    form_lines(&address.form, &mut lines);
    Some(AddressBlock {
        lines,
        local: local.as_ref().map(|local| (local.lang.clone(), local_lines(local))),
        country_line: (!domestic).then(|| country_name(address.country.value, &kit.lang).to_uppercase()),
        domestic,
    })
}

/// The lines of the return address, its country line last where mail goes abroad.
pub(super) fn sender_lines(kit: &Kit) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(sender) = &kit.sender {
        lines = head(&sender.name, &None);
        form_lines(&sender.address.form, &mut lines);
    }
    lines
}

fn head(name: &Option<Text>, office: &Option<Text>) -> Vec<String> {
    name.iter().chain(office).map(|text| text.to_string()).collect()
}

fn local_lines(local: &LocalAddress) -> Vec<String> {
    let mut lines = head(&local.name, &local.office);
    form_lines(&local.form, &mut lines);
    lines
}

fn form_lines(form: &AddressForm, lines: &mut Vec<String>) {
    match form {
        AddressForm::Lines(free) => lines.extend(free.iter().map(|line| line.to_string())),
        AddressForm::Fields(fields) => {
            let fields = &**fields;
            let parts = fields.organization.iter().chain(&fields.street).chain(&fields.dependent_locality);
            lines.extend(parts.map(|part| part.to_string()));
            let place: Vec<&str> = [&fields.city, &fields.region, &fields.postcode]
                .into_iter()
                .flatten()
                .map(|t| &*t.value)
                .collect();
            if !place.is_empty() {
                lines.push(place.join(" "));
            }
        }
    }
}

/// A date in its long form.
pub(super) fn date_long(date: Date, _lang: &str) -> String {
    date.to_string()
}

/// The name of a country in a language.
pub(super) fn country_name(country: CountryCode, _lang: &str) -> String {
    country.as_str().to_owned()
}

/// The languages that are written from right to left, and the scripts that make any language so.
pub(super) fn direction(lang: &str) -> &'static str {
    let mut parts = lang.split('-');
    let language = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4);
    let rtl = match script {
        Some(script) => {
            ["Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Mand", "Samr", "Rohg"].contains(&script)
        }
        None => [
            "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "glk", "he", "ks", "lrc", "mzn", "nqo", "prs",
            "ps", "rhg", "sd", "syr", "ug", "ur", "yi",
        ]
        .contains(&language),
    };
    if rtl { "rtl" } else { "ltr" }
}
