//! A YAML or JSON document as a tree whose nodes know their lines.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its line, from 1.
    pub(crate) line: usize,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    /// A text, a number or a word, as text.
    Text(String),
    Null,
}

/// Reads all documents of a text.
///
/// # Errors
/// The reason, with a line.
pub(crate) fn read(text: &str) -> Result<Vec<Node>, String> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| error.to_string())?;
    Ok(documents.iter().map(node).collect())
}

fn node(marked: &MarkedYaml<'_>) -> Node {
    let value = match &marked.data {
        YamlData::Mapping(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (scalar(key).unwrap_or_default(), at_key(key, node(value))))
                .collect(),
        ),
        YamlData::Sequence(list) => Value::List(list.iter().map(node).collect()),
        _ => scalar(marked).map_or(Value::Null, Value::Text),
    };
    Node { line: marked.span.start.line(), value }
}

/// A value is where its key is: what it begins with may be lines below.
fn at_key(key: &MarkedYaml<'_>, node: Node) -> Node {
    Node { line: key.span.start.line(), ..node }
}

fn scalar(marked: &MarkedYaml<'_>) -> Option<String> {
    match &marked.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Boolean(word)) => Some(word.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        _ => None,
    }
}

impl Node {
    /// The value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.fields().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// The value of a field of a field.
    pub(crate) fn path(&self, names: &[&str]) -> Option<&Node> {
        names.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The fields of an object; of anything else, none.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &Node)> {
        let fields = match &self.value {
            Value::Map(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The entries of a list; of anything else, none.
    pub(crate) fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// A text, number or word.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a field.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// Whether a field says yes: itself, or wrapped as protobuf wraps it.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        let field = self.get(name);
        let wrapped = field.and_then(|field| field.text_of("value"));
        field.and_then(Node::text).or(wrapped) == Some("true")
    }

    /// Whether its `@type` ends in this name.
    pub(crate) fn is_a(&self, name: &str) -> bool {
        self.text_of("@type").is_some_and(|kind| kind.ends_with(name))
    }

    /// Shows itself and everything in it.
    pub(crate) fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        for (_, node) in self.fields() {
            node.walk(see);
        }
        for node in self.list() {
            node.walk(see);
        }
    }

    /// All in it, itself included, whose `@type` ends in this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&Node> {
        let mut all = Vec::new();
        self.walk(&mut |node| {
            if node.is_a(name) {
                all.push(node);
            }
        });
        all
    }

    /// The same as JSON, where every text stays a text.
    pub(crate) fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Map(fields) => {
                fields.iter().map(|(name, node)| (name.clone(), node.json())).collect()
            }
            Value::List(list) => list.iter().map(Node::json).collect(),
            Value::Text(text) => text.as_str().into(),
            Value::Null => serde_json::Value::Null,
        }
    }
}
