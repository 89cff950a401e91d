//! A number of letters and of piles in; piles that differ by one at the most out.

/// Spreads `letters` over `piles`: the first piles hold one more where it does not come out even.
pub fn share(letters: u32, piles: usize) -> Vec<u32> {
    let Ok(count) = u32::try_from(piles) else { return Vec::new() };
    if count == 0 {
        return Vec::new();
    }
    let (each, rest) = (letters / count, letters % count);
    (0..count).map(|index| each + u32::from(index < rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uneven_numbers_add_up_and_differ_by_one() {
        for letters in [0, 1, 5, 11, 29, 72, 73, 1000] {
            for piles in 1..=13 {
                let shared = share(letters, piles);
                assert_eq!(shared.iter().sum::<u32>(), letters, "{letters} over {piles}");
                let (least, most) = (shared.iter().min().unwrap(), shared.iter().max().unwrap());
                assert!(most - least <= 1, "{letters} over {piles}: {shared:?}");
            }
        }
    }

    #[test]
    fn no_pile_takes_nothing() {
        assert!(share(7, 0).is_empty());
    }
}
