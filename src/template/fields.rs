//! Takes a template's text; gives the fields that it asks for and that no case, kit or target can have. Tera takes an
//! unknown field for an absent one, so that `{% if case.tilte %}` would be false without a word.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::errors::Body;
use super::schema::{self, Shape};
use super::sheet::{Per, SheetDef};
use super::toml_text::did_you_mean;
use super::trace::{Kind, segments};
use crate::diag::{Diagnostic, Span};
use crate::resolve::check_language;

/// What the fields of a run's templates are held against.
pub(super) struct Known<'a> {
    /// The keys of the fixed words.
    pub words: HashSet<&'a str>,
    /// What templates name themselves, by loops and `set`, and which an included part may see.
    pub own: HashMap<&'a str, &'static Shape>,
}

impl<'a> Known<'a> {
    pub fn new(words: HashSet<&'a str>, bodies: impl Iterator<Item = &'a Body>) -> Self {
        let mut known = Self { words, own: HashMap::new() };
        for body in bodies {
            let mut reading = Reading::new(&body.text, &known, true, None);
            reading.run();
            for (name, shape) in reading.declared {
                let first = *known.own.entry(name).or_insert(shape);
                if !std::ptr::eq(first, shape) {
                    known.own.insert(name, &Shape::Any);
                }
            }
        }
        known
    }

    /// The mistakes of one template; `sheet` is its front matter's, `None` for a shared part.
    pub fn mistakes(&self, body: &Body, sheet: Option<&SheetDef>) -> Vec<Diagnostic> {
        let mut reading = Reading::new(&body.text, self, sheet.is_none(), sheet.map(|sheet| sheet.per));
        reading.run();
        let at =
            |range: Range<usize>| Span::new(body.file, body.offset + range.start..body.offset + range.end);
        let mut found: Vec<Diagnostic> =
            reading.found.into_iter().map(|(range, mistake)| mistake.at(at(range))).collect();
        for need in sheet.into_iter().flat_map(|sheet| &sheet.needs) {
            let mut reading = Reading::new(need, self, false, sheet.map(|sheet| sheet.per));
            reading.tokens = tokens(need, 0..need.len());
            reading.paths();
            found.extend(reading.found.into_iter().map(|(_, mistake)| mistake.at(need.span)));
        }
        found
    }
}

/// A piece of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str),
    /// A text in quotes, without them.
    Text(&'t str),
    Number,
    /// `.` or `?.` before a name.
    Dot,
    /// Anything else: one character, or the first of `==`, `!=`, `<=`, `>=`, `...` as `≟`.
    Sign(char),
}

/// The tokens of a range of a text, each with its place.
fn tokens(text: &str, range: Range<usize>) -> Vec<(Token<'_>, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(c) = text[at..range.end].chars().next() {
        let rest = &text[at..range.end];
        let length_of = |part: &dyn Fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
        let (token, length) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '\'' | '`' => {
                let end = rest[1..].find(c).map_or(rest.len(), |end| end + 2);
                (Token::Text(rest[1..].split(c).next().unwrap_or_default()), end)
            }
            c if c.is_ascii_digit() => (Token::Number, length_of(&|c| c.is_ascii_digit() || c == '_')),
            c if c.is_alphabetic() || c == '_' => {
                let length = length_of(&|c| c.is_alphanumeric() || c == '_');
                (Token::Name(&rest[..length]), length)
            }
            _ if rest.starts_with("...") => (Token::Sign('≟'), 3),
            '=' | '!' | '<' | '>' if rest[1..].starts_with('=') => (Token::Sign('≟'), 2),
            '.' => (Token::Dot, 1),
            '?' if rest.starts_with("?.") => (Token::Dot, 2),
            '?' if rest.starts_with("?[") => (Token::Sign('['), 2),
            c => (Token::Sign(c), c.len_utf8()),
        };
        found.push((token, at..at + length));
        at += length;
    }
    found
}

/// Words of Tera's own that stand where a value could.
const KEYWORDS: [&str; 20] = [
    "true",
    "True",
    "false",
    "False",
    "loop",
    "self",
    "and",
    "or",
    "not",
    "is",
    "in",
    "if",
    "else",
    "none",
    "None",
    "null",
    "body",
    "super",
    "continue",
    "__tera_context",
];

/// What filters of ours, and the one that is used most, may be told.
const ARGUMENTS: [(&str, &[&str]); 7] = [
    ("paragraphs", &[]),
    ("lines", &[]),
    ("date", &["lang"]),
    ("upper", &["lang"]),
    ("country_name", &["lang"]),
    ("language_name", &["lang"]),
    ("default", &["value"]),
];

/// The names that hold inside of a loop, a component or a whole template.
struct Scope<'t> {
    names: HashMap<&'t str, &'static Shape>,
    /// True for a component, which sees nothing from outside.
    sealed: bool,
}

/// One template while it is read.
struct Reading<'t, 'k> {
    text: &'t str,
    known: &'k Known<'k>,
    /// A shared part, which sees the names of the template that includes it.
    part: bool,
    per: Option<Per>,
    scopes: Vec<Scope<'t>>,
    tokens: Vec<(Token<'t>, Range<usize>)>,
    declared: Vec<(&'t str, &'static Shape)>,
    found: Vec<(Range<usize>, Diagnostic)>,
}

impl<'t, 'k> Reading<'t, 'k> {
    fn new(text: &'t str, known: &'k Known<'k>, part: bool, per: Option<Per>) -> Self {
        let scopes = vec![Scope { names: HashMap::new(), sealed: false }];
        Self { text, known, part, per, scopes, tokens: Vec::new(), declared: Vec::new(), found: Vec::new() }
    }

    fn run(&mut self) {
        for (kind, range) in segments(self.text) {
            let tag = &self.text[range.clone()];
            if kind == Kind::Literal || tag.starts_with("{#") || tag.len() < 4 {
                continue;
            }
            let inside = range.start + 2..range.end - 2;
            self.tokens = tokens(self.text, inside);
            // White space control: `{%-` and `-%}`.
            if self.tokens.first().is_some_and(|(token, _)| *token == Token::Sign('-')) {
                self.tokens.remove(0);
            }
            if self.tokens.last().is_some_and(|(token, _)| *token == Token::Sign('-')) {
                self.tokens.pop();
            }
            if kind == Kind::Expression { self.expression() } else { self.statement() }
        }
    }

    /// `{{ … }}`: a list or a table cannot be printed as it is.
    fn expression(&mut self) {
        let only = self.whole_path(0);
        self.paths();
        if let Some(shape) = only {
            let Some((_, first)) = self.tokens.first().cloned() else { return };
            let end = self.tokens.last().map_or(first.end, |(_, range)| range.end);
            self.not_a_text(first.start..end, shape, "print");
        }
    }

    fn not_a_text(&mut self, range: Range<usize>, shape: &Shape, what: &str) {
        let path = &self.text[range.clone()];
        let mistake = match shape {
            Shape::List(Shape::Plain) => Diagnostic::error(format!("`{path}` is a list, not a text"))
                .hint(format!("write `{{{{ {path} | lines }}}}`, or `{{% for … in {path} %}}`")),
            Shape::List(_) => Diagnostic::error(format!("`{path}` is a list, not a text"))
                .hint(format!("{what} its items one by one: `{{% for … in {path} %}}`")),
            Shape::Table(_) => {
                let names: Vec<_> = shape.names().map(|name| format!("`{path}.{name}`")).take(4).collect();
                Diagnostic::error(format!("`{path}` is a table, not a text"))
                    .hint(format!("{what} one of its fields, such as {}", names.join(", ")))
            }
            _ => return,
        };
        self.found.push((range, mistake));
    }

    fn statement(&mut self) {
        let name = |at: usize| match self.tokens.get(at) {
            Some((Token::Name(name), _)) => Some(*name),
            _ => None,
        };
        match name(0) {
            Some("for") => {
                let Some(at) = self.tokens.iter().position(|(token, _)| *token == Token::Name("in")) else {
                    return;
                };
                let names: Vec<&'t str> = (1..at).filter_map(name).collect();
                let element = match self.whole_path(at + 1) {
                    Some(Shape::List(element)) if names.len() == 1 => *element,
                    _ => &Shape::Any,
                };
                self.tokens.drain(..=at);
                self.paths();
                self.scopes.push(Scope { names: HashMap::new(), sealed: false });
                names.into_iter().for_each(|name| self.declare(name, element));
            }
            Some("endfor" | "endcomponent") => {
                if self.scopes.len() > 1 {
                    self.scopes.pop();
                }
            }
            Some(tag @ ("set" | "set_global")) => {
                let Some(own) = name(1) else { return };
                let shape = if self.tokens.get(2).is_some_and(|(token, _)| *token == Token::Sign('=')) {
                    self.whole_path(3).unwrap_or(&Shape::Any)
                } else {
                    &Shape::Any
                };
                self.tokens.drain(..2);
                self.paths();
                if tag == "set_global" {
                    self.scopes[0].names.insert(own, shape);
                }
                self.declare(own, shape);
            }
            Some("component") => {
                let arguments: Vec<&'t str> = (2..self.tokens.len()).filter_map(name).collect();
                self.scopes.push(Scope { names: HashMap::new(), sealed: true });
                arguments.into_iter().for_each(|name| self.declare(name, &Shape::Any));
            }
            Some("if" | "elif" | "filter") => {
                // The filter of a block stands where a value would.
                let skipped = if name(0) == Some("filter") { 2 } else { 1 };
                self.tokens.drain(..skipped.min(self.tokens.len()));
                self.paths();
            }
            Some(_) => {}
            // `{% <component …> %}`
            None => self.paths(),
        }
    }

    fn declare(&mut self, name: &'t str, shape: &'static Shape) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.insert(name, shape);
        }
        self.declared.push((name, shape));
    }

    /// What the tokens from one on lead to where they are one path and nothing else.
    fn whole_path(&self, from: usize) -> Option<&'static Shape> {
        let Some((Token::Name(_), _)) = self.tokens.get(from) else { return None };
        let (shape, end) = self.path(from, &mut Vec::new());
        (end == self.tokens.len()).then_some(shape)
    }

    /// Looks at every path of the tag.
    fn paths(&mut self) {
        // `[x for x in y]` names what stands before it.
        let is_in = |at: usize| self.tokens.get(at).is_some_and(|(token, _)| *token == Token::Name("in"));
        let looped: Vec<&'t str> = (0..self.tokens.len())
            .filter(|at| self.tokens[*at].0 == Token::Name("for"))
            .flat_map(|at| [(at + 1, at + 2), (at + 1, at + 4), (at + 3, at + 4)])
            .filter(|(_, end)| is_in(*end))
            .filter_map(|(at, _)| match self.tokens[at].0 {
                Token::Name(name) => Some(name),
                _ => None,
            })
            .collect();
        self.scopes
            .push(Scope { names: looped.iter().map(|name| (*name, &Shape::Any)).collect(), sealed: false });
        let mut found = Vec::new();
        let mut filter: Option<(&str, usize)> = None;
        let mut depth = 0;
        for at in 0..self.tokens.len() {
            let (token, range) = &self.tokens[at];
            let before = at.checked_sub(1).map(|at| self.tokens[at].0);
            let after = self.tokens.get(at + 1).map(|(token, _)| *token);
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => {
                    depth -= 1;
                    filter = filter.filter(|(_, opened)| *opened <= depth);
                }
                Token::Name(name) if before == Some(Token::Sign('|')) => filter = Some((name, depth + 1)),
                Token::Name(name) if after == Some(Token::Sign('=')) => {
                    if let Some((filter, opened)) = filter
                        && opened == depth
                        && let Some((_, allowed)) = ARGUMENTS.iter().find(|(known, _)| *known == filter)
                        && !allowed.contains(name)
                    {
                        found.push((range.clone(), no_argument(filter, name, allowed)));
                    } else if *name == "lang"
                        && let Some((Token::Text(tag), range)) = self.tokens.get(at + 2)
                        && let Err(wrong) = check_language(tag)
                    {
                        found.push((range.clone(), wrong));
                    }
                    self.value_of_blank(at, filter.map(|(filter, _)| filter), &mut found);
                }
                Token::Name(name)
                    if before != Some(Token::Dot)
                        && !KEYWORDS.contains(name)
                        && *name != "for"
                        && !matches!(before, Some(Token::Name("is")))
                        && !(before == Some(Token::Name("not"))
                            && at > 1
                            && self.tokens[at - 2].0 == Token::Name("is"))
                        && after != Some(Token::Sign('('))
                        // `<name` and `</name` are components.
                        && !self.calls_component(at) =>
                {
                    self.path(at, &mut found);
                }
                _ => {}
            }
        }
        self.found.append(&mut found);
        self.scopes.pop();
    }

    /// What fills a blank of a phrase: no list and no table.
    fn value_of_blank(&self, name: usize, filter: Option<&str>, found: &mut Vec<(Range<usize>, Diagnostic)>) {
        let Some((Token::Name(_), first)) = self.tokens.get(name + 2).filter(|_| filter == Some("fill"))
        else {
            return;
        };
        let (shape, end) = self.path(name + 2, &mut Vec::new());
        let alone = self.tokens.get(end).is_none_or(|(token, _)| matches!(token, Token::Sign(',' | ')')));
        if alone && matches!(shape, Shape::List(_) | Shape::Table(_)) {
            let range = first.start..self.tokens[end - 1].1.end;
            let what = if matches!(shape, Shape::List(_)) { "list" } else { "table" };
            let path = &self.text[range.clone()];
            found.push((range, Diagnostic::error(format!("`{path}` is a {what}, not a text"))));
        }
    }

    /// Whether a name is that of a component, as in `{{ <name /> }}`: its `<` has no value before it.
    fn calls_component(&self, at: usize) -> bool {
        let mut opened = at;
        while opened > 1 && self.tokens[opened - 1].0 == Token::Dot {
            opened -= 2;
        }
        let sign = |at: Option<usize>, sign| at.is_some_and(|at| self.tokens[at].0 == Token::Sign(sign));
        let slash = sign(opened.checked_sub(1), '/');
        let opening = opened.checked_sub(if slash { 2 } else { 1 });
        sign(opening, '<')
            && !opening.and_then(|at| at.checked_sub(1)).is_some_and(|before| {
                matches!(self.tokens[before].0, Token::Name(_) | Token::Text(_) | Token::Number)
                    || matches!(self.tokens[before].0, Token::Sign(')' | ']'))
            })
    }

    /// Follows a path from its first name; gives what it leads to and the token after it.
    fn path(&self, from: usize, found: &mut Vec<(Range<usize>, Diagnostic)>) -> (&'static Shape, usize) {
        let (Token::Name(first), start) = self.tokens[from].clone() else { return (&Shape::Any, from) };
        let mut shape = self.value(first, start.clone(), found);
        let mut at = from + 1;
        loop {
            let (token, next) = (
                self.tokens.get(at).map(|(token, _)| *token),
                self.tokens.get(at + 1).map(|(token, range)| (*token, range.clone())),
            );
            match (token, next) {
                (Some(Token::Dot), Some((Token::Name(name), range))) => {
                    shape = self.field(shape, name, start.start..range.end, range, found);
                    at += 2;
                }
                (Some(Token::Dot), Some((Token::Number, _))) => {
                    shape = element(shape);
                    at += 2;
                }
                (Some(Token::Sign('[')), Some((Token::Text(name), range)))
                    if self.tokens.get(at + 2).is_some_and(|(token, _)| *token == Token::Sign(']')) =>
                {
                    shape = self.field(shape, name, start.start..range.end, range, found);
                    at += 3;
                }
                (Some(Token::Sign('[')), _) => {
                    let mut depth = 0;
                    let mut slice = false;
                    while let Some((token, _)) = self.tokens.get(at) {
                        at += 1;
                        match token {
                            Token::Sign('[' | '(' | '{') => depth += 1,
                            Token::Sign(']' | ')' | '}') => depth -= 1,
                            Token::Sign(':') if depth == 1 => slice = true,
                            _ => {}
                        }
                        if depth == 0 {
                            break;
                        }
                    }
                    shape = if slice { shape } else { element(shape) };
                }
                _ => return (shape, at),
            }
        }
    }

    /// What a name stands for where it stands.
    fn value(
        &self,
        name: &str,
        range: Range<usize>,
        found: &mut Vec<(Range<usize>, Diagnostic)>,
    ) -> &'static Shape {
        for scope in self.scopes.iter().rev() {
            if let Some(shape) = scope.names.get(name) {
                return shape;
            }
            if scope.sealed {
                return &Shape::Any;
            }
        }
        let own = self.known.own.get(name).copied();
        match schema::root(name) {
            Some(shape) => {
                if self.part && own.is_some_and(|own| !std::ptr::eq(own, shape)) {
                    return &Shape::Any;
                }
                if let Some(per) = self.per.filter(|per| !schema::is_on(name, *per)) {
                    found.push((range, not_on(name, per)));
                    return &Shape::Any;
                }
                shape
            }
            None if own.is_some() => &Shape::Any,
            None => {
                let mut mistake = Diagnostic::error(format!("`{name}` is not there"));
                mistake.hint = did_you_mean(name, super::context::ROOTS);
                found.push((range, mistake.or_hint("docs/templates.md lists what a template can ask for")));
                &Shape::Any
            }
        }
    }

    /// What a name of a table leads to; a mistake where the table has no such name.
    fn field(
        &self,
        shape: &'static Shape,
        name: &str,
        path: Range<usize>,
        range: Range<usize>,
        found: &mut Vec<(Range<usize>, Diagnostic)>,
    ) -> &'static Shape {
        let holder =
            self.text[path.start..range.start].trim_end_matches(['.', '?', '[', ' ', '"', '\'', '`']);
        let mut wrong = |mistake: Diagnostic| {
            found.push((range.clone(), mistake));
            &Shape::Any
        };
        match shape {
            Shape::Any => &Shape::Any,
            Shape::Words if self.known.words.contains(name) => &Shape::Any,
            Shape::Words => {
                let mut mistake = Diagnostic::error(format!("the strings have no `{name}`"));
                mistake.hint = did_you_mean(name, self.known.words.iter().copied());
                wrong(mistake.or_hint(format!("add it to `strings/en.toml`: `{name} = \"…\"`")))
            }
            Shape::Table(_) => match shape.field(name) {
                Some(shape) => shape,
                None => {
                    let mut mistake = Diagnostic::error(format!("`{holder}` has no `{name}`"));
                    mistake.hint = did_you_mean(name, shape.names());
                    let names: Vec<_> = shape.names().map(|name| format!("`{name}`")).collect();
                    wrong(mistake.or_hint(format!("it has {}", names.join(", "))))
                }
            },
            Shape::List(_) => wrong(
                Diagnostic::error(format!("`{holder}` is a list, and has no `{name}`"))
                    .hint(format!("take its items one by one: `{{% for … in {holder} %}}`")),
            ),
            Shape::Plain => {
                wrong(Diagnostic::error(format!("`{holder}` is a single value, and has no `{name}`")))
            }
        }
    }
}

fn element(shape: &'static Shape) -> &'static Shape {
    match shape {
        Shape::List(element) => element,
        _ => &Shape::Any,
    }
}

fn no_argument(filter: &str, name: &str, allowed: &[&str]) -> Diagnostic {
    let mistake = Diagnostic::error(format!("`{filter}` takes no `{name}`"));
    match allowed {
        [] => mistake.hint("it takes nothing"),
        [one] => mistake.hint(format!("it takes `{one}`")),
        _ => mistake,
    }
}

/// A name that the sheets of this `per` do not have.
fn not_on(name: &str, per: Per) -> Diagnostic {
    let often = match per {
        Per::Kit => "once for the kit",
        Per::Case => "once for each case",
        Per::Target => "once for each target",
        Per::Addressee => "once for each addressee",
    };
    let hint = match (name, per) {
        ("case", _) => "write `per = \"case\"`, or loop: `{% for case in cases %}`",
        ("target", Per::Case) => "write `per = \"target\"`, or loop: `{% for target in case.targets %}`",
        ("target" | "letter", _) => "write `per = \"target\"`",
        _ => "write `per = \"addressee\"`",
    };
    Diagnostic::error(format!("`{name}` is not there on a sheet that is printed {often}")).hint(hint)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Bounds, TemplateFile, Templates, built_in};
    use super::*;
    use crate::diag::{Report, Sources};

    #[test]
    fn built_in_templates_ask_for_what_there_is() {
        let sources = Sources::default();
        let own = built_in::FILES.iter().filter(|(name, _)| name.ends_with(".html"));
        let user: Vec<TemplateFile> = own
            .map(|(name, text)| {
                let text: Arc<str> = Arc::from(*text);
                let file = sources.add(*name, Arc::clone(&text));
                TemplateFile { name: (*name).to_owned(), text, file }
            })
            .collect();
        let mut report = Report::default();
        let templates = Templates::load(&user, Bounds::default(), &sources, &mut report);
        assert!(templates.is_some());
        let said: Vec<_> = report
            .iter()
            .map(|d| {
                let span = d.span.unwrap();
                format!(
                    "{} {:?} {}",
                    sources.name(span.file),
                    &sources.get(span.file).text[span.range()],
                    d.message
                )
            })
            .collect();
        assert!(said.is_empty(), "{said:#?}");
    }

    #[test]
    fn tags_are_taken_apart() {
        let text = "case?.photo[\"alt\"] == 3.5 ...x";
        let kinds: Vec<_> = tokens(text, 0..text.len()).into_iter().map(|(token, _)| token).collect();
        use Token::*;
        assert_eq!(
            kinds,
            [
                Name("case"),
                Dot,
                Name("photo"),
                Sign('['),
                Text("alt"),
                Sign(']'),
                Sign('≟'),
                Number,
                Dot,
                Number,
                Sign('≟'),
                Name("x")
            ]
        );
    }
}
