// Drafts of pages being left, until the database of this device has them: the only store in which writing ends at once.
const NAME = "ascult-left-";

export function layBy(record) {
  try {
    localStorage.setItem(NAME + record.key, JSON.stringify(record));
  } catch (problem) {
    console.debug("not laid by:", problem);
  }
}

export function pickUp(key) {
  try {
    localStorage.removeItem(NAME + key);
  } catch (problem) {
    console.debug("nothing laid by:", problem);
  }
}

export function laidBy() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(NAME)).map((name) => JSON.parse(localStorage[name]));
  } catch (problem) {
    console.debug("nothing laid by:", problem);
    return [];
  }
}
