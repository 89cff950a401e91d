//! Takes the model; gives the values that templates see. What all renderings share is made once and shared.
//!
//! Nothing private is put in: `{{ __tera_context }}` prints all of it.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use tera::value::Key;
use tera::{Context, Map, Value};

use super::RenderOptions;
use super::filters::{PLURAL_ORIGIN, plural_origin};
use super::post::{self, LetterForm, MmRect};
use super::strings::{Phrase, Strings};
use super::subjects::{Person, Recipient, Subject};
use crate::frame::{ImageId, StockKind};
use crate::geometry::Colour;
use crate::model::{Case, Contacts, Field, Kit, Paper, Rate, Status, Target, TargetRole, Text};
use crate::postal::rules::Reach;
use crate::postal::{AddressBlocks, MailRules};

/// The names that a template may ask for.
pub(super) const ROOTS: [&str; 23] = [
    "kit",
    "organisation",
    "sender",
    "event",
    "postage",
    "today",
    "edition",
    "plan",
    "contents",
    "results",
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
    "locale",
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
    mail: MailRules<'k>,
    /// The return address on domestic mail and on mail that leaves the country.
    senders: [OnceLock<Value>; 2],
}

impl<'k> Values<'k> {
    pub fn new(kit: &'k Kit) -> Self {
        Self {
            kit,
            cases: kit.cases.iter().map(|_| CaseValues::default()).collect(),
            mail: MailRules::of(kit),
            senders: Default::default(),
        }
    }

    /// What every rendering of a sheet shares, as far as `uses` says that it is asked for.
    pub fn shared(&self, options: &RenderOptions, stock: StockKind, uses: impl Fn(&str) -> bool) -> Context {
        let kit = self.kit;
        let mut context = Context::new();
        let mut give = |name: &'static str, value: &dyn Fn() -> Value| {
            if uses(name) {
                context.insert_value(name, value());
            }
        };
        give("kit", &|| kit_value(kit));
        give("organisation", &|| organisation(kit));
        give("sender", &|| self.sender(false));
        give("zone", &|| if stock == StockKind::Labels { label_zone(kit) } else { envelope_zone(kit) });
        give("form", &|| post::letter_form(kit).map_or_else(Value::undefined, |form| letter_form(&form)));
        give("event", &|| event(kit));
        give("postage", &|| postage(kit));
        give("today", &|| Value::from(kit.today.to_string()));
        give("edition", &|| Value::from(options.edition.as_str()));
        give("plan", &|| data(&options.plan));
        if !options.contents.is_empty() {
            give("contents", &|| data(&options.contents));
        }
        if let Some(results) = &options.results {
            give("results", &|| data(results));
        }
        give("cases", &|| {
            Value::from(
                (0..kit.cases.len()).map(|number| self.case(number, uses("targets"))).collect::<Vec<_>>(),
            )
        });
        context
    }

    fn sender(&self, abroad: bool) -> Value {
        self.senders[usize::from(abroad)].get_or_init(|| sender(self.kit, &self.mail, abroad)).clone()
    }

    pub fn case(&self, number: usize, whole: bool) -> Value {
        let values = &self.cases[number];
        let cell = if whole { &values.whole } else { &values.alone };
        cell.get_or_init(|| case(self.kit, &self.mail, number, whole)).clone()
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
                context.insert_value("target", self::target(kit, &self.mail, case, target, at));
            }
            if uses("letter") {
                context.insert_value("letter", letter(case, target));
            }
        }
        if uses("addressee") {
            context.insert_value("addressee", addressee(kit, person));
        }
        if (uses("address") || uses("sender"))
            && let Some(blocks) = post::address_block(&self.mail, person)
        {
            if !blocks.domestic && uses("sender") {
                context.insert_value("sender", self.sender(true));
            }
            context.insert_value("address", address(&blocks));
        }
        if let Person::Solidarity(solidarity) = person
            && !solidarity.mention_organisation
        {
            // Nothing that goes into this post may name the organisation.
            context.insert_value("organisation", Object::default().done());
        }
    }
}

/// Data of ours as templates see it.
fn data(data: &impl serde::Serialize) -> Value {
    Value::try_from_serializable(data).unwrap_or_else(|_| Value::undefined())
}

/// The first name of a path (`event` of `event.date`).
pub(super) fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
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

fn sender(kit: &Kit, mail: &MailRules<'_>, abroad: bool) -> Value {
    let mut object = Object::default();
    if let Some(sender) = &kit.sender {
        object.text("name", &sender.name).set("country", sender.address.country.as_str());
    }
    object.set("lines", strings(&mail.return_address(kit, abroad).unwrap_or_default()));
    object.done()
}

fn strings(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| Value::from(line.as_str())).collect()
}

/// A rectangle in millimetres.
fn rectangle(rect: &MmRect) -> Value {
    let mut object = Object::with_capacity(6);
    object
        .set("left", round(rect.x))
        .set("top", round(rect.y))
        .set("width", round(rect.width))
        .set("height", round(rect.height))
        .set("right", round(rect.right()))
        .set("bottom", round(rect.bottom()));
    object.done()
}

/// A length in millimetres to the hundredth.
fn round(length: f32) -> f64 {
    (f64::from(length) * 100.0).round() / 100.0
}

/// The address side of the kit's envelope, upright: how the printer takes it in is the imposition's.
fn envelope_zone(kit: &Kit) -> Value {
    let Some(plan) = post::envelope_plan(kit) else { return Value::undefined() };
    let mut object = upright(plan.size.0, plan.size.1, &plan.address);
    object
        .set("address_limit", rectangle(&plan.address_limit))
        .set("return_address", rectangle(&plan.return_address))
        .set("postage", rectangle(&plan.postage))
        .set("clear", plan.clear.iter().map(rectangle).collect::<Vec<_>>())
        .set("printable", rectangle(&plan.printable))
        .set("operator", plan.operator);
    object.done()
}

/// The part of a label that bears text on every place of the sheet.
fn label_zone(kit: &Kit) -> Value {
    let Some((size, address)) = post::label_part(kit) else { return Value::undefined() };
    upright(size.0, size.1, &address).done()
}

fn upright(width: f32, height: f32, address: &MmRect) -> Object {
    let mut object = Object::default();
    object.set("width", round(width)).set("height", round(height)).set("address", rectangle(address));
    object
}

fn letter_form(form: &LetterForm) -> Value {
    let mut object = Object::default();
    object
        .set("id", form.id)
        .set("field", rectangle(&form.field))
        .set("address", rectangle(&form.address))
        .set("sender", rectangle(&form.sender))
        .set("date", rectangle(&form.date))
        .set("body_top", round(form.body_top))
        .set("margin_left", round(form.margin_left))
        .set("margin_right", round(form.margin_right))
        .set("folds", form.folds.iter().map(|fold| Value::from(round(*fold))).collect::<Vec<_>>());
    if let Some(line) = &form.return_line {
        object.set("return_line", rectangle(line));
    }
    if let Some(punch) = form.punch {
        object.set("punch", round(punch));
    }
    if let Some(window) = &form.window {
        object.set("window", rectangle(window));
    }
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

fn case(kit: &Kit, mail: &MailRules<'_>, number: usize, whole: bool) -> Value {
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
                .map(|(target, at)| self::target(kit, mail, case, target, at))
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
        reached(&mut own, post::reach(kit, Person::Solidarity(solidarity)));
        if let Some(block) = post::address_block(mail, Person::Solidarity(solidarity)) {
            own.set("address", address(&block));
        }
        object.set("solidarity", own.done());
    }
    object.done()
}

fn target(kit: &Kit, mail: &MailRules<'_>, case: &Case, target: &Target, at: u32) -> Value {
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
    reached(&mut object, post::reach(kit, Person::Target(target)));
    if let Some(block) = post::address_block(mail, Person::Target(target)) {
        object.set("address", address(&block));
    }
    contacts(&mut object, target.contacts.as_deref().unwrap_or(&Contacts::NONE));
    object.done()
}

/// Whether post goes there, and the key of the phrase that says what is special about it.
fn reached(object: &mut Object, reach: Reach) {
    object.set("post", reach.takes_post());
    if let Some(key) = reach.strings_key() {
        object.set("post_note", key);
    }
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

fn addressee(kit: &Kit, person: Person<'_>) -> Value {
    let mut object = Object::default();
    match person {
        Person::Target(target) => {
            object.set("kind", "target").text("name", &target.name).text("office", &target.office)
        }
        Person::Solidarity(solidarity) => object.set("kind", "solidarity").text("name", &solidarity.name),
    };
    object.set("labels", person.takes_labels());
    reached(&mut object, post::reach(kit, person));
    object.done()
}

fn address(blocks: &AddressBlocks) -> Value {
    let mut object = Object::default();
    object.set("lines", strings(&blocks.latin)).set("domestic", blocks.domestic);
    if let Some(country) = &blocks.country_line {
        object.set("country_line", country.text.as_str()).set("country_lang", country.lang.as_ref());
    }
    if let Some(own) = &blocks.local {
        let mut local = Object::default();
        local
            .set("lines", strings(&own.lines))
            .set("lang", own.lang.as_ref())
            .set("dir", if own.rtl { "rtl" } else { "ltr" });
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
                object.set(PLURAL_ORIGIN, plural_origin(found.lang, key));
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
