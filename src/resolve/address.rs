//! The tables of an address to the model's: by its parts or by free lines, never both.

use super::keys::{self, Address as Key, LocalAddress as LocalKey};
use super::walk::Values;
use crate::diag::{Diagnostic, Report};
use crate::model::{Address, AddressFields, AddressForm, CountryCode, Field, LocalAddress};

/// Where a table keeps the parts of an address.
pub struct Form {
    pub organization: usize,
    pub street: usize,
    pub dependent_locality: usize,
    pub city: usize,
    pub region: usize,
    pub postcode: usize,
    pub sorting_code: usize,
    pub lines: usize,
}

/// The lines of an address, or its parts; no part need be given. `None` where there are both or one of them is wrong.
pub fn form(table: &mut Values, keys: Form, report: &mut Report) -> Option<AddressForm> {
    let parts = [
        keys.organization,
        keys.street,
        keys.dependent_locality,
        keys.city,
        keys.region,
        keys.postcode,
        keys.sorting_code,
    ];
    if table.has(keys.lines) && parts.iter().any(|part| table.has(*part) && !table.is_wrong(*part)) {
        report.push(
            Diagnostic::error("the address has `lines` and parts as well")
                .at(table.span)
                .hint("give either `lines = […]`, or `street`, `city` and the other parts"),
        );
        return None;
    }
    if table.is_wrong(keys.lines) || parts.iter().any(|part| table.is_wrong(*part)) {
        return None;
    }
    if table.has(keys.lines) {
        return Some(AddressForm::Lines(table.lines(keys.lines)));
    }
    Some(AddressForm::Fields(Box::new(AddressFields {
        organization: table.text(keys.organization),
        street: table.lines(keys.street),
        dependent_locality: table.text(keys.dependent_locality),
        city: table.text(keys.city),
        region: table.text(keys.region),
        postcode: table.text(keys.postcode),
        sorting_code: table.text(keys.sorting_code),
    })))
}

/// True where an address says nothing but its country.
pub fn is_empty(form: &AddressForm) -> bool {
    match form {
        AddressForm::Lines(lines) => lines.is_empty(),
        AddressForm::Fields(fields) => {
            let AddressFields {
                organization,
                street,
                dependent_locality,
                city,
                region,
                postcode,
                sorting_code,
            } = &**fields;
            street.is_empty()
                && [organization, dependent_locality, city, region, postcode, sorting_code]
                    .iter()
                    .all(|f| f.is_none())
        }
    }
}

/// An address; its country is the case's where it names none.
pub fn address(
    mut table: Values,
    case_country: Option<Field<CountryCode>>,
    report: &mut Report,
) -> Option<Address> {
    let form = form(
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
    if table.is_wrong(Key::Country) {
        return None;
    }
    if is_empty(&form) {
        report.push(
            Diagnostic::error("the address is empty")
                .at(table.span)
                .hint("give `street`, `city` and the other parts, or `lines = […]`"),
        );
        return None;
    }
    if let AddressForm::Fields(fields) = &form
        && fields.street.is_empty()
        && [&fields.city, &fields.organization, &fields.dependent_locality].iter().all(|part| part.is_none())
    {
        report.push(
            Diagnostic::error("the address names no street and no city")
                .at(table.span)
                .hint("give `street` and `city`, or the whole address as `lines = […]`"),
        );
        return None;
    }
    let country = table.country(Key::Country).or(case_country)?;
    Some(Address { span: table.span, country, form })
}

/// The same address in the destination's script.
pub fn local_address(mut table: Values, report: &mut Report) -> Option<LocalAddress> {
    let form = form(
        &mut table,
        Form {
            organization: LocalKey::Organization as usize,
            street: LocalKey::Street as usize,
            dependent_locality: LocalKey::DependentLocality as usize,
            city: LocalKey::City as usize,
            region: LocalKey::Region as usize,
            postcode: LocalKey::Postcode as usize,
            sorting_code: LocalKey::SortingCode as usize,
            lines: LocalKey::Lines as usize,
        },
        report,
    )?;
    if is_empty(&form) {
        report.push(
            Diagnostic::error("the local address is empty")
                .at(table.span)
                .hint("give `lines = […]`, or its parts"),
        );
        return None;
    }
    let lang = table.language(LocalKey::Lang)?;
    Some(LocalAddress {
        lang: lang.value,
        form,
        name: table.text(LocalKey::Name),
        office: table.text(LocalKey::Office),
    })
}

/// The key of a target's table that a column of a file of recipients stands for, or of its address's.
pub fn column(name: &str) -> Option<(&'static keys::Table, usize)> {
    let find = |table: &'static keys::Table| {
        let at = table.keys.iter().position(|key| key.name == name)?;
        let nested = matches!(table.keys[at].kind, keys::Kind::Table(_) | keys::Kind::Tables(_));
        (!nested).then_some((table, at))
    };
    find(&keys::TARGET).or_else(|| find(&keys::ADDRESS))
}
