//! Takes an addressee and an address; gives the lines of the block as the destination's post wants them, and what is
//! wrong with the address.

use std::borrow::Cow;

use super::casing::upper;
use super::check;
use super::format::{self, Fold, Format, Layout, Part, Token};
use crate::diag::{Diagnostic, Span};
use crate::model::{Address, AddressFields, AddressForm, CountryCode, Text};

/// Whose order the lines follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// For mail in Latin letters, as from abroad.
    Latin,
    /// For the destination's own script.
    Local,
}

/// Who stands at the head of the block.
#[derive(Debug, Clone, Copy, Default)]
pub struct Addressee<'a> {
    pub name: Option<&'a str>,
    pub office: Option<&'a str>,
}

/// What the block depends on beside the address.
#[derive(Debug, Clone, Copy)]
pub struct BlockOptions<'a> {
    /// Whether the postcode bears its country prefix (`CH-3030`) where the format has one.
    pub postcode_prefix: bool,
    /// Language of the address, for its capitals; `None`: the destination's main one.
    pub lang: Option<&'a str>,
    /// False: only the lines, for an address whose mistakes have been reported before.
    pub check: bool,
}

impl Default for BlockOptions<'_> {
    fn default() -> Self {
        Self { postcode_prefix: true, lang: None, check: true }
    }
}

/// An address ready to be set, without the country's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// From the top; none is empty.
    pub lines: Vec<String>,
    pub problems: Vec<Diagnostic>,
}

/// The lines of an address. Free lines are printed as they are, below name and office (above them where the
/// destination's own order has the recipient last). A country code that is none gives its error and no format.
pub fn block(addressee: &Addressee, address: &Address, order: Order, options: &BlockOptions) -> Block {
    let code = address.country.value;
    let Some(format) = format::of(code) else {
        let problem = check::unknown_country(code, address.country.span.or(Some(address.span)));
        return Block { lines: plain(addressee, &address.form), problems: vec![problem] };
    };
    form_block(addressee, &address.form, format, order, options, address.span)
}

/// The same for a form whose country stands elsewhere: a local address takes that of the Latin one.
pub fn local_block(
    addressee: &Addressee,
    form: &AddressForm,
    country: CountryCode,
    options: &BlockOptions,
    span: Span,
) -> Block {
    match format::of(country) {
        Some(format) => form_block(addressee, form, format, Order::Local, options, span),
        None => Block { lines: plain(addressee, form), problems: Vec::new() },
    }
}

fn form_block(
    addressee: &Addressee,
    form: &AddressForm,
    format: &Format,
    order: Order,
    options: &BlockOptions,
    span: Span,
) -> Block {
    let layout = match order {
        Order::Latin => &format.latin,
        Order::Local => &format.local,
    };
    match form {
        AddressForm::Lines(lines) => {
            let mut block = Block::default();
            let head = head_lines(addressee, layout.recipient_last);
            let free = lines.iter().flat_map(|text| text.lines());
            let all: Vec<&str> =
                if layout.recipient_last { free.chain(head).collect() } else { head.chain(free).collect() };
            block.lines =
                all.into_iter().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
            if options.check && lines.iter().all(is_blank) {
                block.problems.push(Diagnostic::error("the address has no lines").at(span));
            }
            block
        }
        AddressForm::Fields(fields) => {
            let values = Values::new(addressee, fields, format, layout);
            let mut setter = Setter::new(format, layout, options);
            setter.all(&values);
            let problems =
                if options.check { check::fields(fields, &values, format, layout, span) } else { Vec::new() };
            Block { lines: setter.lines, problems }
        }
    }
}

/// The parts of an address after folding, trimmed; an absent part is empty.
pub(super) struct Values<'a> {
    head: (Option<&'a str>, Option<&'a str>),
    street: Vec<&'a str>,
    single: [&'a str; 8],
    /// Parts that another place or the format itself has taken in.
    pub folded: Vec<Part>,
}

impl<'a> Values<'a> {
    fn new(addressee: &Addressee<'a>, fields: &'a AddressFields, format: &Format, layout: &Layout) -> Self {
        let mut single = [""; 8];
        for part in Part::ALL {
            single[part as usize] = match part {
                Part::Name | Part::Street => "",
                Part::Organization => trimmed(&fields.organization),
                Part::DependentLocality => trimmed(&fields.dependent_locality),
                Part::City => trimmed(&fields.city),
                Part::Region => trimmed(&fields.region),
                Part::Postcode => without_prefix(trimmed(&fields.postcode), format, layout),
                Part::SortingCode => trimmed(&fields.sorting_code),
            };
        }
        let street = fields.street.iter().flat_map(|text| text.lines());
        let mut values = Self {
            head: (addressee.name, addressee.office),
            street: street.map(str::trim).filter(|line| !line.is_empty()).collect(),
            single,
            folded: Vec::new(),
        };
        for (part, fold) in &format.folds {
            values.fold(*part, fold);
        }
        values
    }

    fn fold(&mut self, part: Part, fold: &Fold) {
        let value = self.get(part);
        if value.is_empty() {
            return;
        }
        let taken = match fold {
            Fold::AsRegion => {
                let region = self.get(Part::Region);
                if region.is_empty() {
                    self.single[Part::Region as usize] = value;
                }
                region.is_empty() || same(region, value)
            }
            Fold::Absorb(names) => names.iter().any(|name| same(name, value)),
        };
        if taken {
            self.single[part as usize] = "";
            self.folded.push(part);
        }
    }

    /// A part that is one text; empty for name and street.
    pub fn get(&self, part: Part) -> &'a str {
        self.single[part as usize]
    }

    pub fn is_given(&self, part: Part) -> bool {
        match part {
            Part::Name => self.head.0.or(self.head.1).is_some(),
            Part::Street => !self.street.is_empty(),
            _ => !self.get(part).is_empty(),
        }
    }
}

/// Sets the values into the lines of a layout.
struct Setter<'a> {
    format: &'a Format,
    layout: &'a Layout,
    prefix: bool,
    lang: &'a str,
    lines: Vec<String>,
    /// The line being set, and the separator that waits for what follows.
    line: String,
    separator: &'static str,
}

impl<'a> Setter<'a> {
    fn new(format: &'a Format, layout: &'a Layout, options: &BlockOptions<'a>) -> Self {
        Self {
            format,
            layout,
            prefix: options.postcode_prefix,
            lang: options.lang.unwrap_or(format.lang),
            lines: Vec::with_capacity(8),
            line: String::new(),
            separator: "",
        }
    }

    fn all(&mut self, values: &Values) {
        let layout = self.layout;
        for line in &layout.lines {
            let mut before_postcode = "";
            for token in line {
                match token {
                    Token::Separator(text) => {
                        // A tight separator gives way to one with a space when the part between them is missing.
                        if self.separator.is_empty() || text.contains(' ') {
                            self.separator = text;
                        }
                    }
                    Token::Mark(text) => before_postcode = text,
                    Token::Prefix(text) if self.prefix => before_postcode = text,
                    Token::Prefix(_) => {}
                    Token::Word(text) => self.push(text),
                    Token::Part(Part::Name) => {
                        for text in head_lines(
                            &Addressee { name: values.head.0, office: values.head.1 },
                            layout.recipient_last,
                        ) {
                            self.push_part(Part::Name, text);
                            self.end_line();
                        }
                    }
                    Token::Part(Part::Street) => {
                        for (n, text) in values.street.iter().enumerate() {
                            if n > 0 {
                                self.end_line();
                            }
                            self.push_part(Part::Street, text);
                        }
                    }
                    Token::Part(Part::Postcode) if values.is_given(Part::Postcode) => {
                        let whole = format!("{before_postcode}{}", values.get(Part::Postcode));
                        self.push_part(Part::Postcode, &whole);
                    }
                    Token::Part(part) => self.push_part(*part, values.get(*part)),
                }
            }
            self.end_line();
        }
    }

    fn push_part(&mut self, part: Part, text: &str) {
        // Letters of postcodes are capitals everywhere.
        if part == Part::Postcode || self.format.upper.has(part) {
            let capitals = upper(text, self.lang);
            self.push(&capitals);
        } else {
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.line.chars().next_back() {
            if self.separator.is_empty() {
                let first = text.chars().next().unwrap_or(' ');
                if !(runs_on(last) && runs_on(first)) {
                    self.line.push(' ');
                }
            } else {
                self.line.push_str(self.separator);
            }
        }
        self.separator = "";
        self.line.push_str(text);
    }

    fn end_line(&mut self) {
        self.separator = "";
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }
}

/// Name, then office; the other way round where the largest part comes first.
fn head_lines<'a>(addressee: &Addressee<'a>, recipient_last: bool) -> impl Iterator<Item = &'a str> {
    let (first, second) =
        if recipient_last { (addressee.office, addressee.name) } else { (addressee.name, addressee.office) };
    let lines = first.into_iter().chain(second).flat_map(str::lines);
    lines.map(str::trim).filter(|line| !line.is_empty())
}

fn plain(addressee: &Addressee, form: &AddressForm) -> Vec<String> {
    let head = head_lines(addressee, false).map(str::to_owned);
    match form {
        AddressForm::Lines(lines) => head.chain(lines.iter().map(|l| l.value.to_string())).collect(),
        AddressForm::Fields(_) => head.collect(),
    }
}

fn trimmed(text: &Option<Text>) -> &str {
    text.as_ref().map_or("", |text| text.trim())
}

fn is_blank(text: &Text) -> bool {
    text.trim().is_empty()
}

/// A postcode without the country prefix that the user typed and the format prints (`CH-3030`, `CH 3030`).
fn without_prefix<'a>(postcode: &'a str, format: &Format, layout: &Layout) -> &'a str {
    let marks = layout.lines.iter().flatten().filter_map(|token| match token {
        Token::Mark(mark) => Some(*mark),
        _ => None,
    });
    for prefix in marks.chain([format.prefix]).filter(|p| !p.is_empty()) {
        let letters = prefix.trim_end_matches(['-', ' ']);
        let head = postcode.get(..letters.len()).filter(|head| head.eq_ignore_ascii_case(letters));
        if head.is_some() {
            return postcode[letters.len()..].trim_start_matches(['-', ' ', '–']);
        }
    }
    postcode
}

/// The same name, whatever its capitals.
fn same(a: &str, b: &str) -> bool {
    fold_case(a) == fold_case(b)
}

fn fold_case(text: &str) -> Cow<'_, str> {
    Cow::Owned(text.to_lowercase())
}

/// Han and kana, which are set without spaces between words.
fn runs_on(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
