//! From numbers to positions: linear scales with round tick marks, and how long text is.

/// A linear scale from a domain of numbers to a range of positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    domain: [f64; 2],
    range: [f64; 2],
}

impl Scale {
    /// Maps `domain` to `range`; a domain of one number is widened, so that it has a middle.
    pub fn new(domain: [f64; 2], range: [f64; 2]) -> Self {
        let [low, high] = domain;
        let domain = match (low.is_finite() && high.is_finite(), high > low) {
            (true, true) => domain,
            (true, false) => {
                let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
                [low - pad, low + pad]
            }
            (false, _) => [0.0, 1.0],
        };
        Self { domain, range }
    }

    /// The scale over all `values`, widened by `padding` of their spread, with round ends.
    pub fn over(values: impl IntoIterator<Item = f64>, padding: f64, range: [f64; 2]) -> Self {
        let finite = values.into_iter().filter(|v| v.is_finite());
        let [low, high] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], v| [l.min(v), h.max(v)]);
        let pad = (high - low) * padding;
        Self::new([low - pad, high + pad], range)
    }

    /// The position of a number; outside the domain it lies outside the range.
    pub fn at(&self, value: f64) -> f64 {
        let [low, high] = self.domain;
        let [from, to] = self.range;
        from + (value - low) / (high - low) * (to - from)
    }

    /// The numbers at both ends.
    pub fn domain(&self) -> [f64; 2] {
        self.domain
    }

    /// The positions of both ends.
    pub fn range(&self) -> [f64; 2] {
        self.range
    }

    /// About `count` round numbers inside the domain (steps of 1, 2 or 5 times a power of ten), and the decimals that
    /// tell them apart.
    pub fn ticks(&self, count: usize) -> (Vec<f64>, usize) {
        let [low, high] = self.domain;
        let rough = (high - low) / count.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(power);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        // A domain of floating-point dust cannot ask for millions of marks.
        let last = last.min(first + 100);
        ((first..=last).map(|i| i as f64 * step).collect(), decimals)
    }
}

/// About how wide a text is at a font size: system fonts differ, so layouts leave room.
pub fn text_width(content: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '|' | '\'' | ' ' | 'I' | 'f' | 't' | 'r' => 0.36,
        'm' | 'w' | 'M' | 'W' | '→' => 0.88,
        '%' => 0.95,
        'A'..='Z' => 0.68,
        c if c as u32 > 0x2e7f => 1.0,
        _ => 0.57,
    };
    content.chars().map(em).sum::<f64>() * size
}

/// The text, with an ellipsis in the place of its middle where it does not fit a width: names of a family differ at their
/// begins and at their ends.
pub fn fit(content: &str, size: f64, width: f64) -> String {
    if text_width(content, size) <= width {
        return content.to_owned();
    }
    let room = width - 0.8 * size;
    let (mut start, mut end) = (String::new(), Vec::new());
    let mut letters = content.chars();
    let mut used = 0.0;
    loop {
        let at_start = start.chars().count() <= end.len();
        let Some(c) = (if at_start { letters.next() } else { letters.next_back() }) else { break };
        used += text_width(c.encode_utf8(&mut [0; 4]), size);
        if used > room && !start.is_empty() {
            break;
        }
        if at_start { start.push(c) } else { end.push(c) }
    }
    start.push('…');
    start.extend(end.into_iter().rev());
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::new([-0.13, 0.21], [0.0, 1.0]).ticks(4), (vec![-0.1, 0.0, 0.1, 0.2], 1));
        assert_eq!(Scale::new([0.0, 100.0], [0.0, 1.0]).ticks(5), (vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0], 0));
        assert_eq!(Scale::new([0.0, 1.0], [0.0, 1.0]).ticks(4).0, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn domains_of_one_number_or_none_have_a_middle() {
        assert_eq!(Scale::over([3.0], 0.1, [0.0, 10.0]).at(3.0), 5.0);
        assert_eq!(Scale::over([0.0], 0.1, [0.0, 10.0]).at(0.0), 5.0);
        assert_eq!(Scale::over([f64::NAN], 0.1, [0.0, 10.0]).domain(), [0.0, 1.0]);
    }

    #[test]
    fn long_names_are_cut_with_an_ellipsis() {
        assert_eq!(fit("rte", 12.0, 60.0), "rte");
        let cut = fit("a_very_long_task_name_indeed", 12.0, 60.0);
        assert!(cut.starts_with("a_v") && cut.ends_with("eed") && cut.contains('…'), "{cut}");
        assert!(text_width(&cut, 12.0) <= 60.0, "{cut}");
        assert!(text_width(&fit("日本語の長い名前とその終わり", 12.0, 60.0), 12.0) <= 60.0);
        assert_eq!(fit("wide", 12.0, 0.0), "w…");
    }
}
