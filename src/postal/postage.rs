//! Takes the kit's postage rates and counts of mail; gives stamps by kind, their cost, and warnings about weight.

use std::fmt;
use std::sync::Arc;

use super::paper::FIRST_STEP_GRAMS;
use crate::diag::Diagnostic;
use crate::model::{Postage, Rate};

/// A sum in hundredths of its currency's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    pub hundredths: u64,
    /// As the user wrote it.
    pub currency: Arc<str>,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{:02} {}", self.hundredths / 100, self.hundredths % 100, self.currency)
    }
}

/// A rate from its text: an amount where it is one number and a currency (`1.70 USD`, `€ 1,80`, `100 JPY`), else words.
pub fn rate(text: &str) -> Rate {
    Rate { text: Arc::from(text.trim()), amount: amount(text) }
}

fn amount(text: &str) -> Option<(u64, Arc<str>)> {
    let text = text.trim();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (before, after) = (text[..start].trim(), text[end..].trim());
    let currency = match (before, after) {
        ("", currency) | (currency, "") if !currency.is_empty() && currency.chars().count() <= 4 => currency,
        _ => return None,
    };
    if currency.contains(|c: char| c.is_whitespace() || c.is_ascii_digit() || c == '-' || c == '+') {
        return None;
    }
    let (units, cents) = match text[start..end].split_once(['.', ',']) {
        Some((units, cents)) if (1..=2).contains(&cents.len()) => (units, cents),
        Some(_) => return None,
        None => (&text[start..end], "0"),
    };
    let hundredths: u64 = format!("{cents:0<2}").parse().ok()?;
    let units: u64 = units.parse().ok()?;
    Some((units.checked_mul(100)?.checked_add(hundredths)?, Arc::from(currency)))
}

/// The two kinds of stamps that an event needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Domestic,
    International,
}

/// One line of the shopping list.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamps {
    pub kind: Kind,
    pub count: u64,
    /// As in kit.toml; `None` where it gives none.
    pub rate: Option<Rate>,
    /// `None` where the rate is words or missing.
    pub cost: Option<Money>,
}

/// The stamps for so many items; kinds that nothing needs are left out.
pub fn stamps(postage: &Postage, domestic: u64, international: u64) -> Vec<Stamps> {
    let line = |kind, count: u64, rate: Option<&Rate>| {
        let cost = rate.and_then(|rate| rate.amount.as_ref()).and_then(|(each, currency)| {
            Some(Money { hundredths: each.checked_mul(count)?, currency: currency.clone() })
        });
        Stamps { kind, count, rate: rate.cloned(), cost }
    };
    let all = [
        line(Kind::Domestic, domestic, postage.domestic.as_deref()),
        line(Kind::International, international, postage.international.as_deref()),
    ];
    all.into_iter().filter(|stamps| stamps.count > 0).collect()
}

/// The sums of all lines, one a currency, in order of appearance; `None` where a line has no cost.
pub fn total(lines: &[Stamps]) -> Option<Vec<Money>> {
    let mut sums: Vec<Money> = Vec::new();
    for line in lines {
        let cost = line.cost.as_ref()?;
        match sums.iter_mut().find(|sum| sum.currency == cost.currency) {
            Some(sum) => sum.hundredths = sum.hundredths.checked_add(cost.hundredths)?,
            None => sums.push(cost.clone()),
        }
    }
    Some(sums)
}

/// A warning where one item weighs more than the first step of the rates; `what` names it (`letter for ala`).
pub fn weight_warning(grams: f32, postage: &Postage, what: &str) -> Option<Diagnostic> {
    let given = postage.first_step_grams.as_ref();
    let step = given.map_or(FIRST_STEP_GRAMS, |g| g.value);
    (grams > step).then(|| {
        Diagnostic::warning(format!(
            "the {what} weighs about {grams:.0} g, more than the first step of {step} g"
        ))
        .at(given.and_then(|g| g.span))
        .hint("print it on fewer sheets, on both sides, or buy the stamps of the next step")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("1.70 USD", Some((170, "USD"))),
            ("1,80 €", Some((180, "€"))),
            ("€1.1", Some((110, "€"))),
            ("CHF 2.50", Some((250, "CHF"))),
            ("100 JPY", Some((10_000, "JPY"))),
            ("one Forever stamp", None),
            ("2 stamps of 0.85", None),
            ("1.700 VND", None),
            ("-1 EUR", None),
            ("1.70", None),
            ("", None),
        ] {
            let got = rate(text).amount;
            assert_eq!(got.as_ref().map(|(n, c)| (*n, &**c)), wanted, "{text}");
        }
    }

    #[test]
    fn stamps_are_counted_by_kind_and_summed_by_currency() {
        let field = |text| Some(Field::new(rate(text), None));
        let mut postage =
            Postage { domestic: field("0.78 USD"), international: field("1.70 USD"), first_step_grams: None };
        let lines = stamps(&postage, 7, 61);
        assert_eq!(lines[1].cost.as_ref().map(Money::to_string).as_deref(), Some("103.70 USD"));
        assert_eq!(total(&lines).map(|t| t[0].to_string()).as_deref(), Some("109.16 USD"));
        postage.domestic = field("one stamp");
        assert_eq!(total(&stamps(&postage, 7, 61)), None);
        assert_eq!(stamps(&postage, 0, 3).len(), 1);
    }

    #[test]
    fn heavy_mail_is_said() {
        assert!(weight_warning(19.9, &Postage::default(), "letter").is_none());
        assert!(weight_warning(20.1, &Postage::default(), "letter").is_some());
    }
}
