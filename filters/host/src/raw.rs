//! Declares hostcalls.

/// Declares the functions of an import module, each of which returns a status.
///
/// Outside a proxy there is no host: every call says that it is not implemented. For unit tests and lints.
macro_rules! hostcalls {
    ($module:literal: $(fn $name:ident($($argument:ident: $kind:ty),* $(,)?);)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = $module)]
        unsafe extern "C" {
            $(pub(super) fn $name($($argument: $kind),*) -> u32;)*
        }

        $(
            #[cfg(not(target_arch = "wasm32"))]
            #[allow(clippy::too_many_arguments)] // As many as the ABI has.
            pub(super) unsafe fn $name($(_: $kind),*) -> u32 {
                $crate::raw::UNIMPLEMENTED
            }
        )*
    };
}

pub(crate) use hostcalls;

/// The ABI's number for "not implemented".
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const UNIMPLEMENTED: u32 = 12;
