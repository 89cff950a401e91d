//! Letters by destination and the kit's rates in; stamps by kind and what they cost out.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::{CaseShare, Destination};
use crate::model::{Kit, Rate};

/// Stamps to buy.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct Stamps {
    pub domestic: StampLine,
    pub international: StampLine,
    /// The sum as text with its currency, where both rates are amounts in one currency.
    pub total: Option<String>,
}

/// Stamps of one kind.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct StampLine {
    pub count: u32,
    /// The rate as kit.toml gives it.
    pub rate: Option<Arc<str>>,
    /// Count times rate, where the rate is an amount.
    pub cost: Option<String>,
    #[serde(skip)]
    hundredths: Option<(u64, Arc<str>)>,
}

/// Counts the stamps: one for each letter that goes by post, one for the envelope with all cards of a case, one for each
/// of those who get a copy.
pub fn stamps(cases: &[CaseShare], destinations: &[Destination], kit: &Kit) -> Stamps {
    let mut counts = [0u32; 2];
    // Cases and targets come by the thousand: each is looked up, not looked for.
    let mut posted: HashMap<&str, Vec<&Destination>> = HashMap::new();
    for destination in destinations {
        if let Some(case) = kit.cases.get(destination.case) {
            posted.entry(&*case.id).or_default().push(destination);
        }
    }
    for case in cases {
        let posted = posted.get(&*case.id).map_or(&[][..], Vec::as_slice);
        for target in case.targets.iter().filter(|t| t.post) {
            counts[usize::from(target.domestic)] += target.letters;
        }
        let gets_copy = |d: &&Destination| {
            d.target.is_some_and(|target| case.targets.binary_search_by_key(&target, |t| t.target).is_err())
        };
        for copy in posted.iter().copied().filter(gets_copy) {
            counts[usize::from(copy.domestic)] += 1;
        }
        if let Some(cards) = posted.iter().find(|d| d.target.is_none()) {
            counts[usize::from(cards.domestic)] += 1;
        }
    }
    let domestic = line(counts[1], kit.postage.domestic.as_ref().map(|f| &f.value));
    let international = line(counts[0], kit.postage.international.as_ref().map(|f| &f.value));
    let total = total(&[&domestic, &international]);
    Stamps { domestic, international, total }
}

fn line(count: u32, rate: Option<&Rate>) -> StampLine {
    let amount = rate.and_then(|r| r.amount.as_ref());
    let hundredths = amount.map(|(each, currency)| (each.saturating_mul(u64::from(count)), currency.clone()));
    StampLine {
        count,
        rate: rate.map(|r| r.text.clone()),
        cost: hundredths.as_ref().map(|(sum, currency)| money(*sum, currency)),
        hundredths,
    }
}

/// The sum of the lines that stamps are needed for; `None` where one has no amount or the currencies differ.
fn total(lines: &[&StampLine]) -> Option<String> {
    let mut sum = 0u64;
    let mut currency: Option<&Arc<str>> = None;
    for line in lines.iter().filter(|l| l.count > 0) {
        let (hundredths, unit) = line.hundredths.as_ref()?;
        if currency.is_some_and(|c| c != unit) {
            return None;
        }
        currency = Some(unit);
        sum = sum.saturating_add(*hundredths);
    }
    currency.map(|unit| money(sum, unit))
}

/// Hundredths as text: `79.20 USD`.
fn money(hundredths: u64, currency: &str) -> String {
    format!("{}.{:02} {currency}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(hundredths: u64, currency: &str) -> Rate {
        Rate { text: Arc::from(money(hundredths, currency)), amount: Some((hundredths, Arc::from(currency))) }
    }

    #[test]
    fn costs_add_up_in_hundredths() {
        let (home, abroad) = (line(12, Some(&rate(60, "USD"))), line(60, Some(&rate(120, "USD"))));
        assert_eq!(home.cost.as_deref(), Some("7.20 USD"));
        assert_eq!(abroad.cost.as_deref(), Some("72.00 USD"));
        assert_eq!(total(&[&home, &abroad]).as_deref(), Some("79.20 USD"));
    }

    #[test]
    fn two_currencies_have_no_sum() {
        let (home, abroad) = (line(1, Some(&rate(60, "USD"))), line(1, Some(&rate(120, "EUR"))));
        assert_eq!(total(&[&home, &abroad]), None);
    }

    #[test]
    fn a_rate_that_is_not_needed_is_not_missed() {
        let (home, abroad) = (line(0, None), line(3, Some(&rate(120, "EUR"))));
        assert_eq!(total(&[&home, &abroad]).as_deref(), Some("3.60 EUR"));
    }
}
