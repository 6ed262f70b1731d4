(function () {
  "use strict";
  var boxes = document.querySelectorAll("[data-filter]");
  var search = document.getElementById("search");
  var told = document.getElementById("told");
  var findings = Array.prototype.slice.call(document.querySelectorAll("article[data-severity]"));
  if (!search) return;
  var texts = findings.map(function (each) { return each.textContent.toLowerCase(); });
  function show() {
    var chosen = {}, words = search.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    boxes.forEach(function (box) { chosen[box.dataset.filter] = box.checked; });
    findings.forEach(function (each, at) {
      var fits = chosen[each.dataset.severity] && words.every(function (word) { return texts[at].indexOf(word) >= 0; });
      each.hidden = !fits;
      document.getElementById("to-" + each.id).hidden = !fits;
      shown += fits ? 1 : 0;
    });
    told.textContent = shown + " of " + findings.length + " shown";
  }
  boxes.forEach(function (box) { box.addEventListener("change", show); });
  search.addEventListener("input", show);
  search.form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (each) { each.open = true; });
  });
  show();
})();
