// What this device keeps: reports being written, waiting or sent, and their photos. Where the browser keeps nothing
// (private windows, a full disk) they live in memory as long as the page does, and `store.lasting` says so.
export const store = { lasting: true };

const NAMES = ["reports", "photos"];
const memory = { reports: new Map(), photos: new Map() };
const SLOW_MS = 8000;
let opening = null;

function openDatabase() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("ascult", 1);
    asked.onupgradeneeded = () => NAMES.forEach((name) => asked.result.createObjectStore(name, { keyPath: "key" }));
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opening = null; };
      asked.result.onclose = () => { opening = null; };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
    setTimeout(() => reject(new Error("slow")), SLOW_MS);
  });
}

// One transaction; `work` gets the object store and a place to leave its result.
async function transact(name, mode, work) {
  if (!opening) opening = openDatabase();
  const database = await opening;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode);
    const left = {};
    transaction.oncomplete = () => resolve(left.result);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    work(transaction.objectStore(name), left);
  });
}

// Where nothing more can be written, what is there already can mostly be read.
async function rescue() {
  for (const name of NAMES) {
    try {
      const held = await transact(name, "readonly", everything);
      held.forEach((value) => memory[name].set(value.key, value));
    } catch (problem) {
      console.debug("nothing to rescue:", problem);
    }
  }
}

function everything(objects, left) {
  objects.getAll().onsuccess = (event) => { left.result = event.target.result; };
}

async function either(name, mode, work, inMemory) {
  if (store.lasting) {
    try {
      return await transact(name, mode, work);
    } catch (problem) {
      console.warn("kept in memory only:", problem);
      store.lasting = false;
      await rescue();
    }
  }
  return inMemory(memory[name]);
}

export function all(name) {
  return either(name, "readonly", everything, (held) => [...held.values()]);
}

export function get(name, key) {
  return either(name, "readonly", (objects, left) => {
    objects.get(key).onsuccess = (event) => { left.result = event.target.result; };
  }, (held) => held.get(key));
}

// Committed at once: a page that is being left has no time for more.
export function put(name, value) {
  return either(name, "readwrite", (objects) => {
    objects.put(value);
    if (objects.transaction.commit) objects.transaction.commit();
  }, (held) => { held.set(value.key, value); });
}

export function remove(name, key) {
  return either(name, "readwrite", (objects) => { objects.delete(key); }, (held) => { held.delete(key); });
}

// Read and write in one go, so that no other tab comes between. `next` gives the new value, or nothing to leave it.
export function change(name, key, next) {
  return either(name, "readwrite", (objects, left) => {
    objects.get(key).onsuccess = (event) => {
      const value = event.target.result && next(event.target.result);
      if (!value) return;
      left.result = value;
      objects.put(value);
    };
  }, (held) => {
    const value = held.has(key) && next(held.get(key));
    if (!value) return undefined;
    held.set(key, value);
    return value;
  });
}
