//! JSON Schema for both files, from the same table of keys that the walker checks by, so that they cannot disagree.

use serde_json::{Map, Value, json};

use super::keys::{self, Key, Kind, Table};

/// Which file a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Kit,
    Case,
}

/// The schema of a file by JSON Schema draft 7, which editors' TOML support understands.
pub fn schema(file: File) -> Value {
    let (table, title) = match file {
        File::Kit => (&keys::KIT, "makekit kit.toml"),
        File::Case => (&keys::CASE, "makekit case"),
    };
    let mut schema = object(table);
    schema.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    schema.insert("title".into(), title.into());
    Value::Object(schema)
}

fn object(table: &Table) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in table.keys {
        properties.insert(key.name.into(), property(key));
    }
    let required: Vec<_> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("description".into(), table.about.into());
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn property(key: &Key) -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let language = json!({ "type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$" });
    let country = json!({ "type": "string", "pattern": "^[A-Z]{2}$" });
    let list = |item: Value| {
        let least = usize::from(key.required);
        json!({ "type": "array", "items": item, "minItems": least })
    };
    let mut schema = match key.kind {
        Kind::Line | Kind::Prose | Kind::File | Kind::Rate | Kind::Website => text,
        // The types of TOML that JSON has not are texts to a schema.
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Number(from, to) => json!({ "type": "number", "minimum": from, "maximum": to }),
        Kind::Language => language,
        Kind::Country => country,
        Kind::Colour => json!({ "type": "string", "pattern": "^#([0-9a-fA-F]{3}){1,2}$" }),
        Kind::Link => {
            json!({ "type": "string", "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:)" })
        }
        Kind::Email => json!({ "type": "string", "format": "email" }),
        Kind::Choice(choices) => json!({ "enum": choices }),
        Kind::Lines => list(text),
        Kind::Languages => list(language),
        Kind::Countries => list(country),
        Kind::Table(table) => Value::Object(object(table)),
        Kind::Tables(table) => list(Value::Object(object(table))),
        Kind::Pairs => json!({ "type": "object", "additionalProperties": text }),
        Kind::CountryLines => {
            json!({ "type": "object", "patternProperties": { "^[A-Z]{2}$": text }, "additionalProperties": false })
        }
    };
    if let Value::Object(schema) = &mut schema {
        let about = match key.default {
            Some(default) => format!("{} (default: {default})", key.about),
            None => key.about.to_owned(),
        };
        schema.insert("description".into(), about.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::diag::{Report, Sources, Span, human};
    use crate::limits::Limits;
    use crate::load::{RawEntry, parse_toml};
    use crate::resolve::walk::Walker;

    /// All tables, each once, outer ones first.
    fn tables() -> Vec<&'static Table> {
        let mut all: Vec<&'static Table> = vec![&keys::KIT, &keys::CASE];
        let mut at = 0;
        while at < all.len() {
            for key in all[at].keys {
                if let Kind::Table(inner) | Kind::Tables(inner) = key.kind
                    && !all.iter().any(|known| std::ptr::eq(*known, inner))
                {
                    all.push(inner);
                }
            }
            at += 1;
        }
        all
    }

    fn kind_in_words(kind: Kind) -> String {
        match kind {
            Kind::Line => "text on one line".into(),
            Kind::Prose => "text".into(),
            Kind::Date => "date".into(),
            Kind::Boolean => "`true` or `false`".into(),
            Kind::Whole(from, to) => format!("whole number, {from} to {to}"),
            Kind::Number(from, to) => format!("number, {from} to {to}"),
            Kind::Language => "language".into(),
            Kind::Country => "country".into(),
            Kind::Colour => "colour".into(),
            Kind::Link => "link".into(),
            Kind::Website => "web page".into(),
            Kind::Email => "e-mail address".into(),
            Kind::Choice(choices) => choices.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", "),
            Kind::File => "file".into(),
            Kind::Rate => "postage".into(),
            Kind::Lines => "list of texts".into(),
            Kind::Languages => "list of languages".into(),
            Kind::Countries => "list of countries".into(),
            Kind::Table(_) => "table".into(),
            Kind::Tables(_) => "list of tables".into(),
            Kind::Pairs => "table of texts".into(),
            Kind::CountryLines => "table of texts by country".into(),
        }
    }

    /// The rows of `docs/case-format.md` for a table's keys.
    fn rows(table: &Table) -> String {
        let mut out = String::from("| key | value | what | example | default |\n|---|---|---|---|---|\n");
        for key in table.keys {
            let example = key.example.replace('\n', " ");
            let example = if example.is_empty() { String::new() } else { format!("`{example}`") };
            let default = if key.required { "**required**" } else { key.default.unwrap_or("") };
            let what = key.about;
            out.push_str(&format!(
                "| `{}` | {} | {what} | {example} | {default} |\n",
                key.name,
                kind_in_words(key.kind)
            ));
        }
        out
    }

    #[test]
    fn the_documentation_has_every_key() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/case-format.md");
        let written = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let mut right = written.clone();
        for (table, mark) in tables().into_iter().map(|table| {
            let name = if std::ptr::eq(table, &keys::KIT) {
                "kit"
            } else if table.heading.is_empty() {
                "case"
            } else {
                table.heading
            };
            (table, format!("<!-- keys of {name} -->\n"))
        }) {
            let start =
                right.find(&mark).unwrap_or_else(|| panic!("no `{mark}` in the documentation")) + mark.len();
            let end = start + right[start..].find("<!-- end -->").unwrap();
            right.replace_range(start..end, &rows(table));
        }
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path, right).unwrap();
        } else {
            assert!(
                written == right,
                "docs/case-format.md is behind the keys; UPDATE_EXPECTED=1 writes its tables"
            );
        }
    }

    #[test]
    fn every_example_is_right() {
        for table in tables() {
            for key in table.keys.iter().filter(|key| !key.example.is_empty()) {
                let text = format!("{} = {}\n", key.name, key.example);
                let sources = Sources::default();
                let file = sources.add("example.toml", text.as_str());
                let mut report = Report::default();
                let raw = parse_toml(file, "example".into(), &text, &mut report);
                // What else is required is not what is asked here.
                let others: BTreeSet<String> = table.keys.iter().map(|key| key.name.to_owned()).collect();
                let mut walker = Walker {
                    source: sources.get(file),
                    root: table,
                    unreadable_keys: &others,
                    limits: &Limits::default(),
                    report: &mut report,
                };
                let values = walker.walk(table, &raw.root, Span::start_of(file));
                let at = table.keys.iter().position(|k| k.name == key.name).unwrap();
                assert!(values.has(at) && !values.is_wrong(at), "{text}");
                assert_eq!(human(&report.into_sorted(&sources), &sources, false), "", "{text}");
            }
        }
    }

    #[test]
    fn letter_forms_are_those_of_the_postal_table() {
        let known: Vec<_> = crate::postal::letter_form::all().into_iter().map(|form| form.id).collect();
        match keys::SENDER.keys[keys::Sender::LetterForm as usize].kind {
            Kind::Choice(choices) => assert_eq!(choices, known),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_given_once_and_hints_lead_to_their_own_table() {
        for table in tables() {
            let mut seen = BTreeSet::new();
            for key in table.keys {
                for name in [key.name].iter().chain(key.also) {
                    assert!(seen.insert(*name), "`{name}` is twice in `{}`", table.heading);
                }
            }
        }
    }

    #[test]
    fn the_schema_holds_every_key_of_the_samples() {
        for (file, text) in [
            (File::Case, include_str!("../../tests/input/case.toml")),
            (File::Kit, include_str!("../../tests/input/kit.toml")),
        ] {
            let sources = Sources::default();
            let id = sources.add("a.toml", text);
            let raw = parse_toml(id, "a".into(), text, &mut Report::default());
            let schema = schema(file);
            let mut wanted: Vec<(&Value, &[RawEntry])> = vec![(&schema, &raw.root.entries)];
            while let Some((schema, entries)) = wanted.pop() {
                for entry in entries {
                    let property = &schema["properties"][&entry.key];
                    assert!(
                        property.is_object()
                            || schema["additionalProperties"].is_object()
                            || schema["patternProperties"].is_object(),
                        "{}",
                        entry.key
                    );
                    if let crate::load::RawValue::Table(inner) = &entry.value.value {
                        wanted.push((property, &inner.entries));
                    }
                }
            }
            assert_eq!(schema["additionalProperties"], json!(false));
        }
    }
}
