//! Metrics.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::memory::{read, write, write_u32};
use crate::state::State;
use crate::status::Status;
use crate::world::MetricKind;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_define_metric",
        |mut guest: Guest<'_>, kind: u32, name: u32, name_len: u32, to: u32| {
            let answer = define(&mut guest, kind, name, name_len, to);
            finish(&mut guest, "proxy_define_metric", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_increment_metric",
        |mut guest: Guest<'_>, id: u32, by: i64| {
            let answer = increment(guest.data_mut(), id, by);
            finish(&mut guest, "proxy_increment_metric", answer)
        },
    )?;
    linker.func_wrap("env", "proxy_record_metric", |mut guest: Guest<'_>, id: u32, n: u64| {
        let answer = record(guest.data_mut(), id, n);
        finish(&mut guest, "proxy_record_metric", answer)
    })?;
    linker.func_wrap("env", "proxy_get_metric", |mut guest: Guest<'_>, id: u32, to: u32| {
        let answer =
            value(guest.data_mut(), id).and_then(|n| write(&mut guest, to, &n.to_le_bytes()));
        finish(&mut guest, "proxy_get_metric", answer)
    })?;
    Ok(())
}

/// Defines a metric. The same name again is another id for the same value.
fn define(guest: &mut Guest<'_>, kind: u32, name: u32, name_len: u32, to: u32) -> Answer {
    let kinds = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram];
    let kind = *kinds.get(kind as usize).ok_or(Status::BadArgument)?;
    let name = String::from_utf8_lossy(&read(guest, name, name_len)?).into_owned();
    let state = guest.data_mut();
    state.world.metrics.entry(name.clone()).or_insert(0);
    state.metric_ids.push((kind, name));
    let id = state.metric_ids.len() as u32;
    write_u32(guest, to, id)
}

type Metric<'a> = (MetricKind, &'a mut u64);

fn metric(state: &mut State, id: u32) -> std::result::Result<Metric<'_>, Status> {
    let index = (id as usize).checked_sub(1).ok_or(Status::NotFound)?;
    let (kind, name) = state.metric_ids.get(index).ok_or(Status::NotFound)?;
    let value = state.world.metrics.get_mut(name).ok_or(Status::NotFound)?;
    Ok((*kind, value))
}

fn increment(state: &mut State, id: u32, by: i64) -> Answer {
    if let (MetricKind::Histogram, _) = metric(state, id)? {
        state.trap_in_nginx("a histogram cannot be incremented");
    }
    match metric(state, id)? {
        (MetricKind::Counter, value) => {
            *value += u64::try_from(by).map_err(|_| Status::BadArgument)?;
        }
        (MetricKind::Gauge, value) => *value = value.saturating_add_signed(by),
        (MetricKind::Histogram, _) => return Err(Status::BadArgument),
    }
    Ok(())
}

/// Records a value: it is added to a counter, and what a gauge or histogram saw last is kept.
fn record(state: &mut State, id: u32, n: u64) -> Answer {
    if let (MetricKind::Counter, _) = metric(state, id)? {
        state.trap_in_nginx("a counter cannot be recorded");
    }
    match metric(state, id)? {
        (MetricKind::Counter, value) => *value += n,
        (MetricKind::Gauge | MetricKind::Histogram, value) => *value = n,
    }
    Ok(())
}

fn value(state: &mut State, id: u32) -> std::result::Result<u64, Status> {
    match metric(state, id)? {
        (MetricKind::Histogram, _) => Err(Status::BadArgument),
        (_, value) => Ok(*value),
    }
}
