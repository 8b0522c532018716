// Files that were chosen and have not reached the service yet, kept in this browser until they have:
// against a lost network, a reload, a power cut. Only of one case, and only until it is over.

const kName = "antin.counter";
const kStore = "files";

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const asked = window.indexedDB.open(kName, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(kStore);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * @template T
 * @param {"readonly" | "readwrite"} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T | null>} null where the browser keeps nothing
 */
async function inStore(mode, work) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const made = database.transaction(kStore, mode);
      const asked = work(made.objectStore(kStore));
      made.oncomplete = () => { database.close(); resolve(asked.result); };
      made.onerror = () => reject(made.error);
      made.onabort = () => reject(made.error);
    });
  } catch {
    return null;
  }
}

/**
 * @param {string} id of the case
 * @param {File[]} files
 */
export async function keepFiles(id, files) {
  await inStore("readwrite", (store) => store.put({at: Date.now(), files}, id));
}

/**
 * @param {string} id
 * @returns {Promise<File[]>}
 */
export async function keptFiles(id) {
  const found = await inStore("readonly", (store) => store.get(id));
  const kDay = 24 * 3_600_000;
  if (!found || Date.now() - found.at > kDay) return [];
  return found.files;
}

/** @param {string} id */
export async function dropFiles(id) {
  await inStore("readwrite", (store) => store.delete(id));
}
