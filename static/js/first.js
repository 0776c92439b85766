// The code of a one-time link stands behind the #, where no server reads it: into the field, and out of the address.
const field = document.querySelector("input[name=code]");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
}
