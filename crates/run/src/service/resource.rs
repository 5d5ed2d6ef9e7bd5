//! The target of a request, taken apart (RFC 3986 §3).

/// A path and its parameters, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource {
    /// The path, from its first `/`.
    pub path: String,
    params: Vec<(String, String)>,
}

/// A parameter that may stand once stands more often.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {name} stands more than once")]
pub struct Repeated {
    /// Its name.
    pub name: String,
}

impl Resource {
    /// Takes a target apart. One in absolute form is known by its path. Of what
    /// is badly encoded the octets stand for themselves.
    pub fn parse(target: &str) -> Self {
        let local = match target.split_once("://") {
            Some((_, rest)) if !target.starts_with('/') => {
                rest.find('/').map_or("/", |at| &rest[at..])
            }
            _ => target,
        };
        let local = local.split('#').next().unwrap_or_default();
        // What a client makes of a URL that ends in a slash.
        let local = match local.strip_prefix("//") {
            Some(rest) => &local[local.len() - rest.trim_start_matches('/').len() - 1..],
            None => local,
        };
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let pairs = query.split(['&', ';']).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            // A parameter without a value is none, as in the original.
            (!value.is_empty()).then(|| (decoded(name, true), decoded(value, true)))
        });
        Self {
            path: decoded(path, false),
            params: pairs.collect(),
        }
    }

    /// The value of a parameter, if it stands there.
    ///
    /// # Errors
    /// If it stands more than once.
    pub fn param(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.params.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (found, None) => Ok(found.map(|(_, value)| value.as_str())),
            _ => Err(Repeated {
                name: name.to_owned(),
            }),
        }
    }
}

/// `text` with its `%` sequences decoded; in a query `+` is a space.
fn decoded(text: &str, in_query: bool) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        rest = match escaped {
            Some((high, low)) => {
                octets.push(high << 4 | low);
                &after[2..]
            }
            None => {
                let is_space = in_query && *first == b'+';
                octets.push(if is_space { b' ' } else { *first });
                after
            }
        };
    }
    String::from_utf8_lossy(&octets).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_a_path_and_parameters() {
        for (target, path, agent) in [
            ("/runCase?case=1&agent=a+b%20c", "/runCase", Some("a b c")),
            (
                "http://h:1/runCase?agent=%C3%A9",
                "/runCase",
                Some("\u{e9}"),
            ),
            ("ws://h", "/", None),
            ("//runCase?agent=a", "/runCase", Some("a")),
            ("///", "/", None),
            ("/a+b?agent=", "/a+b", None),
            ("/a?agent", "/a", None),
            ("/%2?agent=%zz%", "/%2", Some("%zz%")),
            ("/a?agent=x#y", "/a", Some("x")),
            ("", "", None),
        ] {
            let resource = Resource::parse(target);
            assert_eq!(resource.path, path, "{target}");
            assert_eq!(resource.param("agent"), Ok(agent), "{target}");
        }
        let twice = Resource::parse("/a?agent=x&agent=y");
        assert!(twice.param("agent").is_err());
        assert_eq!(twice.param("case"), Ok(None));
    }
}
