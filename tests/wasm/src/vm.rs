//! One instance of the module, and calls into it.

use wasmtime::{
    AsContextMut, Instance, InstancePre, Linker, Module, Store, WasmParams, WasmResults,
};

use crate::module::{Error, engine};
use crate::profile::Profile;
use crate::state::{Guest, ROOT, State};
use crate::world::Level;
use crate::{hostcalls, wasi};

/// The module crashed in this call, or had crashed before.
#[derive(Debug)]
pub(crate) struct Crashed;

/// Links a module with the hostcalls; what it imports beyond them is an error that names it.
pub(crate) fn link(module: &Module, profile: Profile) -> Result<InstancePre<State>, Error> {
    let unusable = |e: wasmtime::Error| Error::Unusable(format!("{e:#}"));
    let mut linker = Linker::new(engine());
    hostcalls::link(&mut linker, profile)
        .and_then(|()| wasi::link(&mut linker))
        .map_err(unusable)?;
    linker.instantiate_pre(module).map_err(unusable)
}

pub(crate) struct Vm {
    store: Store<State>,
    instance: Instance,
    crashed: bool,
    /// The crash has not been counted yet.
    news: bool,
}

impl Vm {
    /// Instantiates the module and runs its initialiser.
    pub(crate) fn start(pre: &InstancePre<State>, state: State) -> Result<Self, Error> {
        let unusable = |e: wasmtime::Error| Error::Unusable(format!("{e:#}"));
        let mut store = Store::new(engine(), state);
        let instance = pre.instantiate(&mut store).map_err(unusable)?;
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.ok_or_else(|| Error::Unusable("it exports no memory".to_owned()))?;
        let allocate = instance
            .get_typed_func(&mut store, "proxy_on_memory_allocate")
            .or_else(|_| instance.get_typed_func(&mut store, "malloc"))
            .map_err(unusable)?;
        store.data_mut().guest = Some(Guest { memory, allocate });
        let mut vm = Self { store, instance, crashed: false, news: false };
        for initialiser in ["_initialize", "_start"] {
            if vm.has(initialiser) {
                let crashed = vm.call::<_, ()>(0, initialiser, ()).is_err();
                return if crashed { Err(vm.last_words()) } else { Ok(vm) };
            }
        }
        Ok(vm)
    }

    pub(crate) fn state(&self) -> &State {
        self.store.data()
    }

    pub(crate) fn state_mut(&mut self) -> &mut State {
        self.store.data_mut()
    }

    /// Gives the state back, for the next instance.
    pub(crate) fn into_state(self) -> State {
        self.store.into_data()
    }

    pub(crate) fn crashed(&self) -> bool {
        self.crashed
    }

    /// Says once whether there was a crash.
    pub(crate) fn take_news_of_crash(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn memory_bytes(&mut self) -> usize {
        let guest = self.store.data().guest.as_ref();
        guest.map_or(0, |guest| guest.memory.data_size(&self.store))
    }

    fn has(&mut self, name: &str) -> bool {
        self.instance.get_func(&mut self.store, name).is_some()
    }

    /// Calls an export for a context; `None` if the module does not have it.
    pub(crate) fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        context: u32,
        name: &str,
        arguments: P,
    ) -> Result<Option<R>, Crashed> {
        if self.crashed {
            return Err(Crashed);
        }
        if !self.has(name) {
            return Ok(None);
        }
        let state = self.store.data_mut();
        (state.current, state.effective, state.replied) = (context, 0, false);
        let result = self
            .instance
            .get_typed_func::<P, R>(&mut self.store, name)
            .and_then(|export| export.call(self.store.as_context_mut(), arguments));
        let state = self.store.data_mut();
        (state.current, state.effective) = (0, 0);
        result.map(Some).map_err(|error| {
            self.crashed = true;
            self.news = true;
            state.deferred.clear();
            let text = format!("the module crashed in {name}: {:#}", error.root_cause());
            state.world.log(Level::Critical, text.as_bytes());
            Crashed
        })
    }

    /// Creates the root context and configures it.
    pub(crate) fn configure(&mut self) -> Result<(), Error> {
        let accepted = self.configure_root().map_err(|Crashed| self.last_words())?;
        if accepted { Ok(()) } else { Err(Error::Refused(self.state().world.logs.clone())) }
    }

    fn configure_root(&mut self) -> Result<bool, Crashed> {
        self.call::<_, ()>(ROOT, "proxy_on_context_create", (ROOT, 0u32))?;
        let len = self.state().vm_configuration.len() as u32;
        // NGINX does not say it again to an instance that replaces one that has trapped.
        let is_new = !self.state().profile.is_nginx() || self.state().generation == 0;
        let started = match is_new {
            true => self.call::<_, u32>(ROOT, "proxy_on_vm_start", (ROOT, len))?,
            false => None,
        };
        let len = self.state().plugin_configuration.len() as u32;
        self.state_mut().configuring = true;
        let configured = self.call::<_, u32>(ROOT, "proxy_on_configure", (ROOT, len));
        self.state_mut().configuring = false;
        Ok(started != Some(0) && configured? != Some(0))
    }

    /// Makes an error of the lines that the crash left in the log.
    fn last_words(&self) -> Error {
        let lines = self.state().world.logs.iter().map(|line| line.text.as_str());
        Error::Unusable(lines.collect::<Vec<_>>().join("\n"))
    }
}
