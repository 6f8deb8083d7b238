//! The log, the clock and the timer.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::memory::{read, write, write_u32};
use crate::profile::Profile;
use crate::state::State;
use crate::status::Status;
use crate::world::Level;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>, profile: Profile) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_log",
        |mut guest: Guest<'_>, level: u32, at: u32, len: u32| {
            let answer = log(&mut guest, level, at, len);
            finish(&mut guest, "proxy_log", answer)
        },
    )?;
    // NGINX does not have it: a module that imports it is not loaded.
    if !profile.is_nginx() {
        linker.func_wrap("env", "proxy_get_log_level", |mut guest: Guest<'_>, to: u32| {
            let level = guest.data().world.log_level as u32;
            let answer = write_u32(&mut guest, to, level);
            finish(&mut guest, "proxy_get_log_level", answer)
        })?;
    }
    linker.func_wrap(
        "env",
        "proxy_get_current_time_nanoseconds",
        |mut guest: Guest<'_>, to: u32| {
            let now = guest.data().world.now_nanos;
            let answer = write(&mut guest, to, &now.to_le_bytes());
            finish(&mut guest, "proxy_get_current_time_nanoseconds", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_tick_period_milliseconds",
        |mut guest: Guest<'_>, ms: u32| {
            let state = guest.data_mut();
            if state.world.tick_period_ms != 0 {
                state.trap_in_nginx("there is a tick period already");
            }
            state.world.tick_period_ms = ms;
            finish(&mut guest, "proxy_set_tick_period_milliseconds", Ok(()))
        },
    )?;
    Ok(())
}

fn log(guest: &mut Guest<'_>, level: u32, at: u32, len: u32) -> Answer {
    let level = Level::of(level).ok_or(Status::BadArgument)?;
    let text = read(guest, at, len)?;
    guest.data_mut().world.log(level, &text);
    Ok(())
}
