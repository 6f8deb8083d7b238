//! The ways in which the messages of a case are sent.

use crate::case::{Case, Message, Pairs};

/// Bodies up to this length are cut at every place.
const EVERY_CUT_BYTES_MAX: usize = 300;
/// Longer ones are cut at so many places.
const LONG_CUTS: usize = 100;
/// Bodies up to this length are also sent byte by byte.
const BYTE_BY_BYTE_BYTES_MAX: usize = 1024;

/// What a runner sends.
pub struct Exchange {
    /// The request.
    pub request: Cutting,
    /// The response, if the upstream is asked.
    pub response: Cutting,
}

/// A message, cut.
pub struct Cutting {
    /// Its headers.
    pub headers: Pairs,
    /// What follows, in its order. Empty where the headers end the message.
    pub parts: Vec<Part>,
}

/// What follows headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A piece of the body, and whether it ends the message.
    Piece(Vec<u8>, bool),
    /// Trailers, which end the message.
    Trailers(Pairs),
}

/// How a message with a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Its headers say so.
    Headers,
    /// Its last piece says so.
    LastPiece,
    /// An empty piece says so, as in HTTP/1.
    EmptyPiece,
    /// Trailers follow.
    Trailers,
}

/// A way to send the messages of a case: where each is cut, and how it ends.
#[derive(Debug)]
pub(crate) struct Run {
    request: (Vec<usize>, End),
    response: (Vec<usize>, End),
}

impl Run {
    /// Every way: the request cut while the response is whole, and the other way round.
    pub(crate) fn all(case: &Case) -> Vec<Run> {
        let (request, response) = (ways(&case.request), ways(&case.response));
        let whole = |ways: &[(Vec<usize>, End)]| ways[0].clone();
        let (first, second) = (whole(&request), whole(&response));
        let cut_requests =
            request.into_iter().map(|request| Run { request, response: second.clone() });
        let cut_responses =
            response.into_iter().skip(1).map(|response| Run { request: first.clone(), response });
        cut_requests.chain(cut_responses).collect()
    }

    /// What is sent in this way.
    pub(crate) fn exchange(&self, case: &Case) -> Exchange {
        Exchange {
            request: cut(&case.request, &self.request),
            response: cut(&case.response, &self.response),
        }
    }

    /// Whether a message gets trailers in this way that it does not have.
    pub(crate) fn adds_trailers(&self, case: &Case) -> bool {
        let (request, response) = self.added(case);
        !request.is_empty() || !response.is_empty()
    }

    /// The trailers that the request gets in this way beside its own, and those of the response.
    pub(crate) fn added(&self, case: &Case) -> (Pairs, Pairs) {
        let added = |message: &Message, end: End| {
            let is_bare = end == End::Trailers && message.trailers.is_empty();
            if is_bare { other_trailers() } else { Pairs::new() }
        };
        (added(&case.request, self.request.1), added(&case.response, self.response.1))
    }
}

/// What follows a body where nothing else does: trailers of no meaning.
fn other_trailers() -> Pairs {
    vec![("x-end".to_owned(), b"1".to_vec())]
}

fn ways(message: &Message) -> Vec<(Vec<usize>, End)> {
    let len = message.body.as_ref().map_or(0, Vec::len);
    let ends: &[End] = match &message.body {
        _ if !message.trailers.is_empty() => &[End::Trailers],
        None => &[End::Headers],
        Some(body) if body.is_empty() && message.no_trailers => &[End::EmptyPiece],
        Some(body) if body.is_empty() => &[End::EmptyPiece, End::Trailers],
        Some(_) if message.no_trailers => &[End::LastPiece, End::EmptyPiece],
        Some(_) => &[End::LastPiece, End::EmptyPiece, End::Trailers],
    };
    let cuts = cuts(len);
    ends.iter().flat_map(|end| cuts.iter().map(move |cuts| (cuts.clone(), *end))).collect()
}

/// Whole; in two at every place; in three, with a short piece in the middle; byte by byte.
fn cuts(len: usize) -> Vec<Vec<usize>> {
    let stride = if len <= EVERY_CUT_BYTES_MAX { 1 } else { len.div_ceil(LONG_CUTS) };
    let mut all = vec![Vec::new()];
    for at in (1..len).step_by(stride) {
        all.push(vec![at]);
        // A middle of one byte to seven, none of them favoured.
        let next = at + 1 + at * 5 % 7;
        if next < len {
            all.push(vec![at, next]);
        }
    }
    let step = len / BYTE_BY_BYTE_BYTES_MAX + 1;
    all.push((step..len).step_by(step).collect());
    all
}

fn cut(message: &Message, (cuts, end): &(Vec<usize>, End)) -> Cutting {
    let body = message.body.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    let mut start = 0;
    for at in cuts.iter().copied().chain([body.len()]) {
        if at > start {
            let is_last = *end == End::LastPiece && at == body.len();
            parts.push(Part::Piece(body[start..at].to_vec(), is_last));
            start = at;
        }
    }
    match end {
        End::Headers | End::LastPiece => {}
        End::EmptyPiece => parts.push(Part::Piece(Vec::new(), true)),
        End::Trailers if message.trailers.is_empty() => {
            parts.push(Part::Trailers(other_trailers()));
        }
        End::Trailers => parts.push(Part::Trailers(message.trailers.clone())),
    }
    Cutting { headers: message.headers.clone(), parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: Option<&[u8]>) -> Message {
        Message { body: body.map(<[u8]>::to_vec), ..Message::default() }
    }

    #[test]
    fn every_place_is_cut() {
        let all = cuts(5);
        assert!((1..5).all(|at| all.contains(&vec![at])));
        assert!(all.contains(&vec![1, 2, 3, 4]));
        assert!(cuts(100_000).len() <= 2 * LONG_CUTS + 2);
    }

    #[test]
    fn pieces_make_the_body() {
        for way in ways(&message(Some(b"abcdef"))) {
            let Cutting { parts, .. } = cut(&message(Some(b"abcdef")), &way);
            let pieces = parts.iter().filter_map(|part| match part {
                Part::Piece(piece, _) => Some(piece.as_slice()),
                Part::Trailers(_) => None,
            });
            assert_eq!(pieces.collect::<Vec<_>>().concat(), b"abcdef", "{way:?}");
            let ends = parts.iter().filter(|part| !matches!(part, Part::Piece(_, false)));
            assert_eq!(ends.count(), 1, "{way:?}");
        }
        assert!(cut(&message(None), &(Vec::new(), End::Headers)).parts.is_empty());
    }
}
