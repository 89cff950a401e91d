//! Takes a target or a solidarity address and the kit's sender; gives all that an envelope or a label bears.

use std::sync::OnceLock;

use super::address::{self, Addressee, BlockOptions, Order};
use super::country::{self, CountryLine, LineRules};
use super::{check, format, languages};
use crate::diag::{Diagnostic, Span};
use crate::model::{Address, AddressForm, CountryCode, Kit, Lang, LocalAddress, Solidarity, Target, Text};

/// What one post item bears.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddressBlocks {
    /// From the top, without the country.
    pub latin: Vec<String>,
    /// The same in the destination's own script, where the case gives it.
    pub local: Option<LocalBlock>,
    /// Below both; `None` on domestic mail.
    pub country_line: Option<CountryLine>,
    pub domestic: bool,
    pub problems: Vec<Diagnostic>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LocalBlock {
    pub lang: Lang,
    pub rtl: bool,
    pub lines: Vec<String>,
}

/// What a kit's sender decides for all its mail; made once.
#[derive(Debug)]
pub struct MailRules<'a> {
    line: LineRules<'a>,
    /// Whether foreign postcodes bear their country prefix.
    prefix: bool,
    /// Country lines by destination, made when first asked for.
    lines: Box<[OnceLock<Option<CountryLine>>]>,
}

/// Two capital letters make so many codes.
const CODES: usize = 26 * 26;

impl<'a> MailRules<'a> {
    pub fn of(kit: &'a Kit) -> Self {
        let sender = kit.sender.as_ref();
        let country = sender.map(|s| s.address.country.value);
        Self {
            line: LineRules {
                sender: country,
                languages: sender.map_or(&[], |s| &s.country_line_languages),
                texts: &kit.country_lines,
                kit_lang: &kit.lang,
            },
            prefix: sender
                .and_then(|s| s.postcode_prefix)
                .unwrap_or_else(|| country::keeps_postcode_prefix(country)),
            lines: std::iter::repeat_with(OnceLock::new).take(CODES).collect(),
        }
    }

    pub fn sender(&self) -> Option<CountryCode> {
        self.line.sender
    }

    /// What goes on the post to a target; `None` where it has no address.
    pub fn target(&self, target: &Target) -> Option<AddressBlocks> {
        let head = (target.name.as_ref(), target.office.as_ref());
        Some(self.blocks(head, target.address.as_ref()?, target.local_address.as_deref()))
    }

    /// What goes on cards to a person or family; `None` where there is no address.
    pub fn solidarity(&self, solidarity: &Solidarity) -> Option<AddressBlocks> {
        let head = (solidarity.name.as_ref(), None);
        Some(self.blocks(head, solidarity.address.as_ref()?, solidarity.local_address.as_deref()))
    }

    fn blocks(
        &self,
        (name, office): (Option<&Text>, Option<&Text>),
        address: &Address,
        local: Option<&LocalAddress>,
    ) -> AddressBlocks {
        let destination = address.country.value;
        let domestic = country::is_domestic(destination, self.line.sender);
        let addressee = Addressee { name: name.map(|t| &*t.value), office: office.map(|t| &*t.value) };
        let own_script = !form_is_latin(&address.form);
        let options =
            BlockOptions { postcode_prefix: self.has_prefix(destination, domestic), ..Default::default() };
        // Domestic mail in the country's own script has the country's own order.
        let order = if domestic && own_script { Order::Local } else { Order::Latin };
        let mut block = address::block(&addressee, address, order, &options);
        if !domestic && own_script {
            block.problems.push(
                Diagnostic::warning("mail from abroad needs its address in Latin letters")
                    .at(first_span(&address.form).unwrap_or(address.span))
                    .hint("write it in Latin letters here, and as it is in `local_address`"),
            );
        }
        let local = local.map(|local| {
            let addressee = Addressee {
                name: local.name.as_ref().map(|t| &*t.value),
                office: local.office.as_ref().map(|t| &*t.value),
            };
            let options = BlockOptions { lang: Some(&local.lang), ..options };
            let span = first_span(&local.form).unwrap_or(address.span);
            let own = address::local_block(&addressee, &local.form, destination, &options, span);
            block.problems.extend(own.problems);
            LocalBlock { lang: local.lang.clone(), rtl: languages::is_rtl(&local.lang), lines: own.lines }
        });
        let country_line = self.country_line(destination);
        if let Some(line) = &country_line {
            block.problems.extend(check::country_twice(&address.form, line, destination));
        }
        AddressBlocks { latin: block.lines, local, country_line, domestic, problems: block.problems }
    }

    /// The country line for a destination; `None` on domestic mail.
    pub fn country_line(&self, destination: CountryCode) -> Option<CountryLine> {
        let [a, b] = destination.0.map(|letter| usize::from(letter.wrapping_sub(b'A')));
        match self.lines.get(a * 26 + b).filter(|_| b < 26) {
            Some(line) => line.get_or_init(|| country::line(destination, &self.line)).clone(),
            None => country::line(destination, &self.line),
        }
    }

    /// What the sender's own address has wrong.
    pub fn own_problems(&self, kit: &Kit) -> Vec<Diagnostic> {
        let Some(sender) = &kit.sender else { return Vec::new() };
        if texts(&sender.address.form).next().is_none() {
            // It may say no more than the country that letters are sent from.
            return Vec::new();
        }
        let order = if form_is_latin(&sender.address.form) { Order::Latin } else { Order::Local };
        let addressee = Addressee { name: sender.name.as_ref().map(|t| &*t.value), office: None };
        address::block(&addressee, &sender.address, order, &BlockOptions::default())
            .problems
            .into_iter()
            .map(|problem| problem.context("the sender's address"))
            .collect()
    }

    fn has_prefix(&self, destination: CountryCode, domestic: bool) -> bool {
        if domestic { format::of(destination).is_some_and(|f| f.domestic_prefix) } else { self.prefix }
    }

    /// The sender's own address as the return address; with its country, in Latin letters, when the letter goes abroad.
    pub fn return_address(&self, kit: &Kit, abroad: bool) -> Option<Vec<String>> {
        let sender = kit.sender.as_ref()?;
        let addressee = Addressee { name: sender.name.as_ref().map(|t| &*t.value), office: None };
        let code = sender.address.country.value;
        let order = if form_is_latin(&sender.address.form) { Order::Latin } else { Order::Local };
        let options = BlockOptions {
            postcode_prefix: self.has_prefix(code, !abroad),
            check: false,
            ..Default::default()
        };
        let mut lines = address::block(&addressee, &sender.address, order, &options).lines;
        if abroad {
            let langs = country::sender_languages(Some(code), self.line.kit_lang);
            let latin = langs.iter().find(|lang| languages::script(lang) == "Latn");
            let lang = latin.copied().unwrap_or("en");
            match self.line.texts.get(&code) {
                Some(text) => lines.push(text.to_string()),
                None => lines.push(super::casing::upper(country::name(code, lang), lang).into_owned()),
            }
        }
        Some(lines)
    }
}

fn texts(form: &AddressForm) -> impl Iterator<Item = &Text> {
    let (fields, lines) = match form {
        AddressForm::Fields(fields) => (Some(fields), None),
        AddressForm::Lines(lines) => (None, Some(lines)),
    };
    let of_fields = fields.into_iter().flat_map(|f| {
        let single =
            [&f.organization, &f.dependent_locality, &f.city, &f.region, &f.postcode, &f.sorting_code];
        f.street.iter().chain(single.into_iter().flatten())
    });
    of_fields.chain(lines.into_iter().flatten())
}

fn first_span(form: &AddressForm) -> Option<Span> {
    texts(form).find_map(|text| text.span)
}

fn form_is_latin(form: &AddressForm) -> bool {
    texts(form).all(|text| text.is_ascii() || text.chars().all(|c| !c.is_alphabetic() || is_latin(c)))
}

/// A letter of the Latin script (its Unicode blocks), or a modifier letter.
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{36f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}' | '\u{2070}'..='\u{209f}'
        | '\u{2100}'..='\u{214f}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}'
        | '\u{fb00}'..='\u{fb06}')
}
