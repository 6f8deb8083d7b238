//! Reading and writing the module's memory.

use wasmtime::{AsContext, AsContextMut, Caller};

use crate::state::State;
use crate::status::Status;

/// Copies bytes out of the module.
pub(crate) fn read(caller: &Caller<'_, State>, at: u32, len: u32) -> Result<Vec<u8>, Status> {
    let guest = caller.data().guest.as_ref().ok_or(Status::InvalidMemoryAccess)?;
    let (start, len) = (at as usize, len as usize);
    let memory = guest.memory.data(caller.as_context());
    let bytes = memory.get(start..).and_then(|rest| rest.get(..len));
    bytes.map(<[u8]>::to_vec).ok_or(Status::InvalidMemoryAccess)
}

/// Copies bytes into the module.
pub(crate) fn write(caller: &mut Caller<'_, State>, at: u32, bytes: &[u8]) -> Result<(), Status> {
    let guest = caller.data().guest.as_ref().ok_or(Status::InvalidMemoryAccess)?;
    let memory = guest.memory;
    memory
        .write(caller.as_context_mut(), at as usize, bytes)
        .map_err(|_| Status::InvalidMemoryAccess)
}

/// Writes a number of 32 bits.
pub(crate) fn write_u32(caller: &mut Caller<'_, State>, at: u32, n: u32) -> Result<(), Status> {
    write(caller, at, &n.to_le_bytes())
}

/// Gives bytes to the module: in memory that it allocates itself, with the address and the length
/// at the places it named. Nothing to give is a null address.
pub(crate) fn give(
    caller: &mut Caller<'_, State>,
    bytes: &[u8],
    address_at: u32,
    len_at: u32,
) -> Result<(), Status> {
    let mut address = 0;
    if !bytes.is_empty() {
        let guest = caller.data().guest.as_ref().ok_or(Status::InvalidMemoryAccess)?;
        let allocate = guest.allocate.clone();
        address = allocate
            .call(caller.as_context_mut(), bytes.len() as u32)
            .map_err(|_| Status::InvalidMemoryAccess)?;
        write(caller, address, bytes)?;
    }
    write_u32(caller, address_at, address)?;
    write_u32(caller, len_at, bytes.len() as u32)
}
