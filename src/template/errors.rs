//! Takes Tera's errors; gives diagnostics with a place in the template's own file and plain words.

use std::collections::HashMap;

use tera::{Error, ErrorKind, ReportError};

use super::toml_text::did_you_mean;
use crate::diag::{Diagnostic, FileId, Span};

/// A template as Tera has it: the text after the front matter, and where that begins in its file.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub file: FileId,
    pub offset: usize,
    pub text: String,
}

/// The templates by the names that Tera knows them by.
pub(super) type Bodies = HashMap<String, Body>;

/// One error of Tera can hold several mistakes.
pub(super) fn diagnostics(error: &Error, bodies: &Bodies) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![reported(report, bodies)],
        ErrorKind::Msg(text) => listed(text, bodies),
        ErrorKind::CircularInclude { tpl, include_chain } => {
            vec![circle(tpl, include_chain, "includes itself", bodies)]
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            vec![circle(tpl, inheritance_chain, "extends itself", bodies)]
        }
        ErrorKind::MissingParent { current, parent } => {
            let names = bodies.keys().map(String::as_str);
            let mut error = Diagnostic::error(format!("there is no template `{parent}` to extend"))
                .at(quoted(current, parent, bodies));
            error.hint = did_you_mean(parent, names);
            vec![error]
        }
        other => vec![Diagnostic::error(plain(&other.to_string()))],
    }
}

fn reported(report: &ReportError, bodies: &Bodies) -> Diagnostic {
    let Some(body) = bodies.get(report.filename()) else {
        return Diagnostic::error(plain(report.message()));
    };
    let range = report.span().range.clone();
    let place = Span::new(body.file, body.offset + range.start..body.offset + range.end);
    words(report.message(), expression(body, range)).at(place)
}

/// The path of names that a range of the template ends (`case.photo.alt`), as far as it stands before it.
fn expression(body: &Body, range: std::ops::Range<usize>) -> Option<&str> {
    let text = body.text.get(..range.end)?;
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '?')))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    Some(&text[start..]).filter(|path| !path.is_empty())
}

/// The words for what Tera says at a place; `path` is the expression found there.
fn words(message: &str, path: Option<&str>) -> Diagnostic {
    let (first, rest) = message.split_once(". Available ").unwrap_or((message, ""));
    let names: Vec<&str> = rest.split_once(": ").map_or(Vec::new(), |(_, names)| names.split(", ").collect());
    let name = first.split('`').nth(1).unwrap_or_default();
    let undefined = first.starts_with("Field `") || first.starts_with("Variable `");
    if undefined && first.contains("is not defined") {
        let shown = path.filter(|p| p.ends_with(name)).unwrap_or(name);
        let mut error = Diagnostic::error(format!("`{shown}` is not there"));
        error.hint = did_you_mean(name, names.iter().copied());
        let fallback = if first.starts_with("Field `") {
            format!("where it may be missing, ask first: `{{% if {shown} %}} … {{% endif %}}`")
        } else {
            format!("what there is: `{}`", names.join("`, `"))
        };
        return error.or_hint(fallback);
    }
    if first.starts_with("Tried to render a variable that is undefined") {
        let what = path.map_or_else(|| "this".to_owned(), |p| format!("`{p}`"));
        return Diagnostic::error(format!("{what} is not there"))
            .hint("where it may be missing, ask first with `{% if … %}`, or give a `default(value=…)`");
    }
    Diagnostic::error(plain(message))
}

/// Tera joins several mistakes of several files into one text, each with ` --> name:line:column`.
fn listed(text: &str, bodies: &Bodies) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for block in text.split("error: ").filter(|block| !block.trim().is_empty()) {
        let message = block.lines().next().unwrap_or_default();
        let place = block.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        let span = place.and_then(|place| {
            let mut parts = place.trim().rsplitn(3, ':');
            let column: usize = parts.next()?.parse().ok()?;
            let line: usize = parts.next()?.parse().ok()?;
            let name = parts.next()?;
            let body = bodies.get(name)?;
            let mut start =
                body.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
            start += body
                .text
                .get(start..)?
                .chars()
                .take(column.saturating_sub(1))
                .map(char::len_utf8)
                .sum::<usize>();
            let wrong = message.split('`').nth(1).unwrap_or_default();
            let from =
                body.text.get(start..).and_then(|rest| rest.find(wrong)).filter(|at| *at < 200).unwrap_or(0);
            Some(Span::new(body.file, body.offset + start + from..body.offset + start + from + wrong.len()))
        });
        found.push(unknown(message, bodies).at(span));
    }
    found
}

/// Filters, tests and functions that templates may use: Tera's and ours.
const FILTERS: [&str; 43] = [
    "paragraphs",
    "lines",
    "date",
    "fill",
    "country_name",
    "language_name",
    "safe",
    "default",
    "upper",
    "lower",
    "wordcount",
    "escape",
    "escape_html",
    "escape_xml",
    "newlines_to_br",
    "pluralize",
    "trim",
    "trim_start",
    "trim_end",
    "replace",
    "capitalize",
    "title",
    "truncate",
    "indent",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "split",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "join",
    "sort",
    "unique",
    "get",
    "values",
    "keys",
    "pairs",
    "group_by",
];
const TESTS: [&str; 17] = [
    "string",
    "number",
    "map",
    "bool",
    "array",
    "integer",
    "float",
    "none",
    "iterable",
    "defined",
    "undefined",
    "odd",
    "even",
    "divisible_by",
    "starting_with",
    "ending_with",
    "containing",
];

fn unknown(message: &str, bodies: &Bodies) -> Diagnostic {
    let mut error = Diagnostic::error(plain(message));
    let wrong = message.split('`').nth(1).unwrap_or_default();
    error.hint = match message.split('`').next().unwrap_or_default().trim() {
        "Unknown filter" => did_you_mean(wrong, FILTERS),
        "Unknown test" => did_you_mean(wrong, TESTS),
        "Unknown function" => did_you_mean(wrong, ["range", "throw", "super"])
            .or_else(|| Some("the functions are `range`, `throw` and `super`".to_owned())),
        "Unknown template" => did_you_mean(wrong, bodies.keys().map(String::as_str)),
        _ => None,
    };
    error
}

fn circle(name: &str, chain: &[String], what: &str, bodies: &Bodies) -> Diagnostic {
    let next = chain.get(1).or(chain.first()).map_or(name, String::as_str);
    let way = chain.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    Diagnostic::error(format!("`{name}` {what}"))
        .at(quoted(name, next, bodies))
        .hint(format!("the way round is {way}"))
}

/// Where a template names another in quotes.
fn quoted(template: &str, name: &str, bodies: &Bodies) -> Option<Span> {
    let body = bodies.get(template)?;
    let at = [format!("\"{name}\""), format!("'{name}'")].iter().find_map(|q| body.text.find(q.as_str()))?;
    Some(Span::new(body.file, body.offset + at..body.offset + at + name.len() + 2))
}

/// A message in the project's style: lower case start, no full stop.
fn plain(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let mut chars = first.chars();
    match chars.next() {
        Some(initial) => initial.to_lowercase().chain(chars).collect(),
        None => "the template cannot be rendered".to_owned(),
    }
}
