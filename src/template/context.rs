//! Takes the model; gives the values that templates see. What all renderings share is made once and shared.
//!
//! Nothing private is put in: `{{ __tera_context }}` prints all of it.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use tera::value::Key;
use tera::{Context, Map, Value};

use super::filters::PHRASE_LANG;
use super::post::{self, AddressBlock};
use super::strings::{Phrase, Strings};
use super::subjects::{Person, Recipient, Subject};
use crate::frame::ImageId;
use crate::geometry::Colour;
use crate::model::{Case, Contacts, Field, Kit, Paper, Rate, Status, Target, TargetRole, Text};

/// The names that a template may ask for.
pub(super) const ROOTS: [&str; 19] = [
    "kit",
    "organisation",
    "sender",
    "event",
    "postage",
    "today",
    "edition",
    "cases",
    "case",
    "target",
    "addressee",
    "address",
    "letter",
    "zone",
    "form",
    "t",
    "lang",
    "dir",
    "targets",
];

/// A table that a template reads by its names. What is not given is absent, so that a template which prints it
/// without asking first is told so.
#[derive(Default)]
struct Object(Map);

impl Object {
    fn with_capacity(fields: usize) -> Self {
        Self(Map::with_capacity(fields))
    }

    fn set(&mut self, name: &'static str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(Key::Str(name), value.into());
        self
    }

    fn text(&mut self, name: &'static str, text: &Option<Text>) -> &mut Self {
        if let Some(text) = text {
            self.set(name, text.as_ref());
        }
        self
    }

    fn texts(&mut self, name: &'static str, texts: &[Text]) -> &mut Self {
        self.set(name, texts.iter().map(|text| Value::from(text.as_ref())).collect::<Vec<_>>())
    }

    fn shown(&mut self, name: &'static str, value: Option<&Field<impl Display>>) -> &mut Self {
        if let Some(field) = value {
            self.set(name, field.value.to_string());
        }
        self
    }

    fn number(&mut self, name: &'static str, value: &Option<Field<u32>>) -> &mut Self {
        if let Some(field) = value {
            self.set(name, field.value);
        }
        self
    }

    fn rate(&mut self, name: &'static str, rate: &Option<Field<Rate>>) -> &mut Self {
        if let Some(rate) = rate {
            self.set(name, rate.text.as_ref());
        }
        self
    }

    fn done(self) -> Value {
        Value::from(self.0)
    }
}

/// The key by which a template names a picture (`<img src="{{ case.photo.image }}">`).
pub fn picture_key(image: ImageId) -> String {
    format!("photo:{}", image.0)
}

fn colour(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue)
}

/// A case as sheets of the whole case see it, and as those of one recipient do: without the list of all others.
#[derive(Default)]
struct CaseValues {
    whole: OnceLock<Value>,
    alone: OnceLock<Value>,
}

/// The values of a kit, made when first asked for.
pub(super) struct Values<'k> {
    kit: &'k Kit,
    cases: Vec<CaseValues>,
}

impl<'k> Values<'k> {
    pub fn new(kit: &'k Kit) -> Self {
        Self { kit, cases: kit.cases.iter().map(|_| CaseValues::default()).collect() }
    }

    /// What every rendering of a sheet shares, as far as `uses` says that it is asked for.
    pub fn shared(&self, edition: &str, uses: impl Fn(&str) -> bool) -> Context {
        let kit = self.kit;
        let mut context = Context::new();
        let mut give = |name: &'static str, value: &dyn Fn() -> Value| {
            if uses(name) {
                context.insert_value(name, value());
            }
        };
        give("kit", &|| kit_value(kit));
        give("organisation", &|| organisation(kit));
        give("sender", &|| sender(kit));
        give("event", &|| event(kit));
        give("postage", &|| postage(kit));
        give("today", &|| Value::from(kit.today.to_string()));
        give("edition", &|| Value::from(edition));
        give("cases", &|| {
            Value::from(
                (0..kit.cases.len()).map(|number| self.case(number, uses("targets"))).collect::<Vec<_>>(),
            )
        });
        context
    }

    pub fn case(&self, number: usize, whole: bool) -> Value {
        let values = &self.cases[number];
        let cell = if whole { &values.whole } else { &values.alone };
        cell.get_or_init(|| case(self.kit, number, whole)).clone()
    }

    /// Adds what belongs to one subject, as far as it is asked for.
    pub fn add_subject(&self, subject: &Subject, context: &mut Context, uses: impl Fn(&str) -> bool) {
        let kit = self.kit;
        let (Some(number), Some(case)) = (subject.case, subject.case(kit)) else { return };
        if uses("case") {
            let whole = subject.recipient.is_none() || uses("targets");
            context.insert_value("case", self.case(number as usize, whole));
        }
        let Some(person) = subject.person(kit) else { return };
        if let Some(Recipient::Target(at)) = subject.recipient
            && let Person::Target(target) = person
        {
            if uses("target") {
                context.insert_value("target", self::target(kit, case, target, at));
            }
            if uses("letter") {
                context.insert_value("letter", letter(case, target));
            }
        }
        if uses("addressee") {
            context.insert_value("addressee", addressee(person));
        }
        if uses("address")
            && let Some(block) = post::address_block(kit, person)
        {
            context.insert_value("address", address(&block));
        }
        if let Person::Solidarity(solidarity) = person
            && !solidarity.mention_organisation
        {
            // Nothing that goes into this post may name the organisation.
            context.insert_value("organisation", Object::default().done());
        }
    }
}

fn kit_value(kit: &Kit) -> Value {
    let mut object = Object::default();
    object
        .set("title", kit.title.as_ref())
        .set("lang", kit.lang.as_ref())
        .set("paper", if kit.paper == Paper::A4 { "a4" } else { "letter" })
        .set("envelope", kit.envelope.as_ref())
        .set("labels", kit.labels.as_ref())
        .set("duplex", kit.duplex)
        .set("case_count", kit.cases.len());
    object.done()
}

fn organisation(kit: &Kit) -> Value {
    let mut object = Object::default();
    object.text("name", &kit.organisation.name);
    if let Some(logo) = &kit.organisation.logo {
        object.set("logo", picture_key(logo.value));
    }
    if let Some(field) = &kit.organisation.colour {
        object.set("colour", colour(field.value));
    }
    object.done()
}

fn sender(kit: &Kit) -> Value {
    let mut object = Object::default();
    if let Some(sender) = &kit.sender {
        object.text("name", &sender.name).set("country", sender.address.country.as_str());
    }
    object.set("lines", post::sender_lines(kit));
    object.done()
}

fn event(kit: &Kit) -> Value {
    let event = &kit.event;
    let mut object = Object::default();
    object
        .shown("date", event.date.as_ref())
        .text("time", &event.time)
        .text("place", &event.place)
        .number("participants", &event.participants)
        .number("letters_each", &event.letters_each)
        .texts("bring", &event.bring)
        .shown("report_by", event.report_by.as_ref())
        .text("report_to", &event.report_to);
    object.done()
}

fn postage(kit: &Kit) -> Value {
    let mut object = Object::default();
    object.rate("domestic", &kit.postage.domestic).rate("international", &kit.postage.international);
    object.done()
}

fn case(kit: &Kit, number: usize, whole: bool) -> Value {
    let case = &kit.cases[number];
    let mut object = Object::with_capacity(32);
    object
        .set("id", case.id.as_ref())
        .set("number", number + 1)
        .set("count", kit.cases.len())
        .set("name", case.name.as_ref())
        .set("country", case.country.as_str())
        .set("lang", case.lang.as_ref())
        .set("dir", post::direction(&case.lang))
        .text("who", &case.who)
        .text("title", &case.title)
        .text("reference", &case.reference)
        .set(
            "status",
            match case.status {
                Status::Open => "open",
                Status::Extended => "extended",
                Status::Ended => "ended",
            },
        )
        .shown("issued", case.issued.as_ref())
        .shown("deadline", case.deadline.as_ref())
        .set("expired", case.expired)
        .text("outcome", &case.outcome)
        .set("summary", case.summary.as_ref())
        .text("story", &case.story)
        .texts("demands", &case.demands)
        .set("languages", case.languages.iter().map(|lang| Value::from(lang.as_ref())).collect::<Vec<_>>())
        .text("link", &case.link)
        .text("caution", &case.caution)
        .text("letter", &case.letter);
    let facts = case.facts.iter().map(|(label, value)| {
        let mut fact = Object::default();
        fact.set("label", label.as_ref()).set("value", value.as_ref());
        fact.done()
    });
    object.set("facts", facts.collect::<Vec<_>>());
    if let Some(photo) = &case.photo {
        let mut picture = Object::default();
        picture
            .set("image", picture_key(photo.image.value))
            .text("alt", &photo.alt)
            .text("credit", &photo.credit);
        object.set("photo", picture.done());
    }
    if whole {
        let here = |role| {
            case.targets
                .iter()
                .zip(0..)
                .filter(move |(target, _)| target.role == role && post::is_for_this_sender(kit, target))
                .map(|(target, at)| self::target(kit, case, target, at))
                .collect::<Vec<_>>()
        };
        object.set("targets", here(TargetRole::Target)).set("copies", here(TargetRole::Copy));
    }
    if let Some(solidarity) = &case.solidarity {
        let mut own = Object::default();
        own.text("name", &solidarity.name)
            .set(
                "languages",
                solidarity.languages.iter().map(|l| Value::from(l.as_ref())).collect::<Vec<_>>(),
            )
            .set("mention_organisation", solidarity.mention_organisation)
            .set("religious", solidarity.religious)
            .texts("rules", &solidarity.rules);
        if let Some(block) = post::address_block(kit, Person::Solidarity(solidarity)) {
            own.set("address", address(&block));
        }
        object.set("solidarity", own.done());
    }
    object.done()
}

fn target(kit: &Kit, case: &Case, target: &Target, at: u32) -> Value {
    let mut object = Object::with_capacity(16);
    let lang = target.lang.as_ref().unwrap_or(&case.lang);
    object
        .set("number", at + 1)
        .text("name", &target.name)
        .text("office", &target.office)
        .text("salutation", &target.salutation)
        .text("close", &target.close)
        .set("role", if target.role == TargetRole::Target { "target" } else { "copy" })
        .set("lang", lang.as_ref())
        .set("dir", post::direction(lang))
        .set("labels", target.labels);
    match post::takes_post(kit, Person::Target(target)) {
        Ok(()) => object.set("post", true),
        Err(why) => object.set("post", false).set("no_post_because", why),
    };
    if let Some(block) = post::address_block(kit, Person::Target(target)) {
        object.set("address", address(&block));
    }
    contacts(&mut object, &target.contacts);
    object.done()
}

fn contacts(object: &mut Object, contacts: &Contacts) {
    object
        .text("email", &contacts.email)
        .text("fax", &contacts.fax)
        .text("phone", &contacts.phone)
        .text("website", &contacts.website)
        .texts("social", &contacts.social);
}

/// What goes between salutation and close: the target's own letter, else the case's; without either `body` is absent
/// and the template composes it from summary and demands.
fn letter(case: &Case, target: &Target) -> Value {
    let mut object = Object::default();
    let (body, lang) = match &target.letter {
        Some(own) => (Some(own), target.lang.as_ref().unwrap_or(&case.lang)),
        None => (case.letter.as_ref(), &case.lang),
    };
    if let Some(body) = body {
        object.set("body", body.as_ref());
    }
    object.set("lang", lang.as_ref()).set("dir", post::direction(lang)).set("composed", body.is_none());
    object.done()
}

fn addressee(person: Person<'_>) -> Value {
    let mut object = Object::default();
    match person {
        Person::Target(target) => {
            object.set("kind", "target").text("name", &target.name).text("office", &target.office)
        }
        Person::Solidarity(solidarity) => object.set("kind", "solidarity").text("name", &solidarity.name),
    };
    object.set("labels", person.takes_labels());
    object.done()
}

fn address(block: &AddressBlock) -> Value {
    let strings = |lines: &[String]| lines.iter().map(|line| Value::from(line.as_str())).collect::<Vec<_>>();
    let mut object = Object::default();
    object.set("lines", strings(&block.lines)).set("domestic", block.domestic);
    if let Some(country) = &block.country_line {
        object.set("country_line", country.as_str());
    }
    if let Some((lang, lines)) = &block.local {
        let mut local = Object::default();
        local.set("lines", strings(lines)).set("lang", lang.as_ref()).set("dir", post::direction(lang));
        object.set("local", local.done());
    }
    object.done()
}

/// The fixed words of a language as a template's `t`.
pub(super) fn words(strings: &Strings, lang: &str) -> Value {
    let merged = strings.merged(lang);
    let mut map = Map::with_capacity(merged.len());
    for (key, found) in merged {
        let value = match found.phrase {
            Phrase::Text(text) => Value::from(text.as_ref()),
            Phrase::Plural(forms) => {
                let mut object = Object::default();
                object.set(PHRASE_LANG, found.lang);
                for (category, text) in forms {
                    object.set(category, text.as_ref());
                }
                object.done()
            }
        };
        map.insert(Key::String(Arc::from(key)), value);
    }
    Value::from(map)
}
