//! gRPC calls, which this host does not make: the SDK imports them into every module all the same.

use wasmtime::{Caller, Linker, Result};

use super::finish;
use crate::state::State;
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    macro_rules! hostcall {
        ($name:literal, $status:expr, $($arg:ident)*) => {
            linker.func_wrap("env", $name, |mut guest: Guest<'_>, $($arg: u32),*| {
                let _ = ($($arg),*);
                finish(&mut guest, $name, Err($status))
            })?;
        };
    }
    hostcall!("proxy_grpc_call", Status::Unimplemented, a b c d e f g h i j k l);
    hostcall!("proxy_grpc_stream", Status::Unimplemented, a b c d e f g h i);
    // There is never a call or a stream of this number.
    hostcall!("proxy_grpc_send", Status::NotFound, a b c d);
    hostcall!("proxy_grpc_cancel", Status::NotFound, a);
    hostcall!("proxy_grpc_close", Status::NotFound, a);
    Ok(())
}
