use roo_code::Tool;
use serde_json::{Value, json};

/// The tool as the model sees it.
pub fn calculator_tool() -> Tool {
    Tool::new(
        "calculator",
        json!({
            "type": "object",
            "properties": {
                "expression": {"type": "string", "description": "The mathematical expression to calculate"}
            },
            "required": ["expression"]
        }),
    )
    .with_description("Perform mathematical calculations")
}

/// Calculates an expression of numbers, `+ - * /` and parentheses.
///
/// # Errors
/// A sentence for the model to read, if the expression is none.
pub fn calculate(expression: &str) -> Result<Value, String> {
    let mut parser = Parser { rest: expression.trim_start() };
    let value = parser.sum(0)?;
    if !parser.rest.is_empty() {
        return Err(format!("unexpected {:?} in the expression", parser.rest));
    }
    // A whole number reads better without a decimal point.
    let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
    Ok(if is_whole { Value::from(value as i64) } else { Value::from(value) })
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn take(&mut self, symbol: char) -> bool {
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn sum(&mut self, depth: usize) -> Result<f64, String> {
        let mut value = self.product(depth)?;
        loop {
            if self.take('+') {
                value += self.product(depth)?;
            } else if self.take('-') {
                value -= self.product(depth)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self, depth: usize) -> Result<f64, String> {
        let mut value = self.factor(depth)?;
        loop {
            if self.take('*') {
                value *= self.factor(depth)?;
            } else if self.take('/') {
                match self.factor(depth)? {
                    0.0 => return Err("division by zero".to_owned()),
                    divisor => value /= divisor,
                }
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self, depth: usize) -> Result<f64, String> {
        // A model may write anything; the stack is finite.
        if depth > 100 {
            return Err("the expression is nested too deeply".to_owned());
        }
        if self.take('-') {
            return self.factor(depth + 1).map(|value| -value);
        }
        if self.take('(') {
            let value = self.sum(depth + 1)?;
            return if self.take(')') { Ok(value) } else { Err("a parenthesis is not closed".to_owned()) };
        }
        let length = self.rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (digits, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        let value = digits.parse().map_err(|_| format!("a number was expected at {:?}", self.rest))?;
        self.rest = rest.trim_start();
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{calculate, json};

    #[test]
    fn calculates() {
        assert_eq!(calculate("15 * 24"), Ok(json!(360)));
        assert_eq!(calculate(" 1 + 2 * (3 - -4) / 2"), Ok(json!(8)));
        assert_eq!(calculate("1 / 4"), Ok(json!(0.25)));
        for wrong in ["", "1 +", "(1", "1 / 0", "two", "1 2", &"(".repeat(1_000)] {
            assert!(calculate(wrong).is_err(), "{wrong}");
        }
    }
}
