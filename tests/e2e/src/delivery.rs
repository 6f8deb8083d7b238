//! A filter's configuration delivered to a running Envoy, as `envoy/egress.ecds.yaml` is.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{root, version};

/// The plugin configuration in the shipped file.
pub const SHIPPED: &str = r#"{"role":"outbound","log_format":"json","filter_state":true}"#;

/// A folder that Envoy watches.
#[derive(Debug)]
pub struct Delivery {
    folder: PathBuf,
    count: AtomicU32,
}

impl Delivery {
    /// A folder with the shipped file in it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("ecds-{}-{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(format!("hushgate-{name}"));
        fs::create_dir_all(&folder).expect("a folder");
        let delivery = Self { folder, count: AtomicU32::new(0) };
        delivery.deliver(SHIPPED);
        delivery
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Delivers another plugin configuration: a new file takes the old one's place, in one step.
    ///
    /// # Panics
    /// When it cannot be written, or the shipped file is not as it was.
    pub fn deliver(&self, plugin: &str) {
        let shipped = fs::read_to_string(root().join("envoy/egress.ecds.yaml"));
        let shipped = shipped.expect("the shipped file");
        assert_eq!(shipped.matches(SHIPPED).count(), 1, "the plugin's configuration");
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let text = shipped
            .replace(SHIPPED, &plugin.replace('\'', "''"))
            .replace("version_info: \"1\"", &format!("version_info: \"{count}\""));
        let new = self.folder.join("new");
        fs::write(&new, version::adapted(text)).expect("a file");
        fs::rename(new, self.folder.join("egress.ecds.yaml")).expect("the file's place");
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
