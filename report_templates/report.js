"use strict";
// The evidence panel of the single page, whose data lies in it.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var words = data.words;
  var element = dialog.element;

  function text(number) { return data.texts[number]; }

  function fold(label, className, parts, said) {
    var lines = (said || []).map(function (number) { return element("span", { text: text(number), className: "said" }); });
    var made = dialog.fold([element("span", { text: label[0], className: className }), document.createTextNode(label[1])].concat(lines), function () { return parts; });
    // At once: the browser's own search then finds what stands in it.
    made.fill();
    return made;
  }

  function labelled(pairs) {
    return dialog.labelled(pairs.map(function (pair) { return [text(pair[0]), text(pair[1]), pair[2]]; }));
  }

  function source(position, sections) {
    if (position < 0) { return null; }
    return dialog.button(words.show_section, function () { dialog.jump(sections[position]); }, "linklike");
  }

  function value(row, sections, isMissing) {
    var name = element("dt", { text: text(row[1]), children: [] });
    name.title = text(row[0]);
    var origin = row[4] < 0 ? null : element("span", { text: text(row[4]), className: "from" });
    var shown = element("dd", { children: [element("span", { text: text(row[2]), className: isMissing ? "v unknown" : "lines" }), document.createTextNode(" "), source(row[3], sections), origin] });
    return element("div", { children: [name, shown] });
  }

  function conflict(row) {
    var pair = function (label, number) { return element("div", { children: [element("dt", { text: label }), element("dd", { text: text(number), className: "lines" })] }); };
    var name = element("b", { text: text(row[0]) });
    name.title = text(row[3]);
    return element("div", { className: "conflict", children: [name, element("dl", { className: "facts", children: [pair(words.counts, row[1]), pair(words.against, row[2])] })] });
  }

  function verdict(row, machine, sections) {
    var check = data.checks[row[0]];
    var kind = data.verdicts[row[1]];
    var parts = [];
    if (row[2].length) {
      parts.push(element("dl", { className: "facts", children: row[2].map(function (number) { return value(machine.facts[number], sections, false); }) }));
    }
    if (row[3].length) {
      parts.push(element("b", { text: words.missing }));
      parts.push(element("dl", { className: "facts", children: row[3].map(function (missing) { return value(missing, sections, true); }) }));
    }
    row[4].forEach(function (number) { parts.push(element("p", { text: words.defect + ": " + text(number), className: "v fail" })); });
    [[words.what, 1], [words.why, 2], [words.verify, 3]].forEach(function (line) {
      parts.push(element("p", { className: "small", children: [element("b", { text: line[0] + ": " })].concat(dialog.coded(text(check[line[1]]))) }));
    });
    return fold([kind[1], " – " + text(check[0]) + (row[5] ? " · " + words.grade + " " + row[5] : "") + row[6].map(function (number) { return " · " + text(number); }).join("")], "v " + kind[0], parts, row[7]);
  }

  function section(row) {
    var parts = [row[4].length ? element("p", { text: words.cells, className: "small" }) : element("pre", { text: text(row[2]) || words.empty })];
    if (row[4].length) { parts.push(labelled(row[4])); } else { parts[0].tabIndex = 0; }
    if (row[3]) { parts.push(element("p", { text: words.cut, className: "small" })); }
    return fold([text(row[0]), " · " + text(row[1])], "raw", parts);
  }

  function machineView(number) {
    var machine = data.machines[number];
    var sections = machine.sections.map(section);
    var parts = [element("p", { className: "small", text: text(data.agencies[machine.agency]) }), machine.lab ? element("p", { children: [element("span", { className: "lab", text: words.lab })] }) : null, labelled(machine.about.filter(function (pair) { return !pair[2]; }))];
    var origin = machine.about.filter(function (pair) { return pair[2]; });
    if (machine.conflicts.length) {
      parts.push(element("h3", { text: words.conflicts }));
      machine.conflicts.forEach(function (row) { parts.push(conflict(row)); });
    }
    if (machine.verdicts.length) {
      parts.push(element("h3", { text: words.verdicts }));
      var kinds = machine.verdicts.map(function (row) { return row[1]; });
      kinds.filter(function (number, position) { return kinds.indexOf(number) === position; }).forEach(function (number) {
        var kind = data.verdicts[number];
        var shown = machine.verdicts.filter(function (row) { return row[1] === number; }).map(function (row) { return verdict(row, machine, sections); });
        // What is in order and what does not apply is many lines and one glance: folded.
        if (kind[0] === "pass" || kind[0] === "not_applicable") {
          parts.push(fold([kind[1], " (" + shown.length + ")"], "v " + kind[0], shown));
        } else {
          parts = parts.concat(shown);
        }
      });
    } else {
      parts.push(element("p", { text: words.unseen }));
    }
    if (sections.length || machine.verdicts.length) {
      parts.push(element("h3", { text: words.sections }));
      parts = parts.concat(sections.length ? sections : [element("p", { text: words.no_sections, className: "small" })]);
    }
    if (origin.length) {
      parts.push(element("h3", { text: words.origin }));
      parts.push(labelled(origin));
    }
    if (machine.pieces.length) {
      parts.push(element("h3", { text: words.pieces }));
      parts = parts.concat(machine.pieces.map(function (piece) { return fold(["", text(piece[0])], "", [labelled(piece[1])]); }));
    }
    return { title: text(machine.name), parts: parts };
  }

  function standingView(number) {
    var standing = data.standings[number];
    var parts = standing.notes.map(function (note) { return element("p", { className: "small", text: text(note) }); });
    standing.groups.forEach(function (group) {
      var answer = data.answers[group[0]];
      var why = group[2].map(function (reason) { return element("p", { className: "small", text: text(reason) }); });
      var rows = group[1].map(function (asked) { return element("li", { text: text(data.asked[asked]) }); });
      var list = element("ul", { children: rows });
      var label = rows.length === 1 ? " – " + rows[0].textContent : " (" + rows.length + ") – " + group[2].map(text).join("; ");
      var made = fold([answer[1], label], "v " + answer[0], rows.length === 1 ? why : [list]);
      made.open = answer[0] === "not_met" || answer[0] === "partly";
      parts.push(made);
    });
    return { title: text(data.systems[standing.system]), parts: parts };
  }

  function go(id) {
    dialog.close();
    window.location.hash = id;
  }

  function name(kind, number) {
    if (kind === "machine") { return text(data.machines[number].name); }
    return text((kind === "system" ? data.systems : data.agencies)[number]);
  }

  function listView(number) {
    var list = data.lists[number];
    var rows = list.rows.map(function (row) {
      var label = name(list.kind, row[0]);
      var action = list.kind === "machine" ? function () { dialog.open(machineView, row[0]); } : function () { go("#" + list.kind + "-" + row[0]); };
      var lab = list.kind === "machine" && data.machines[row[0]].lab ? element("span", { className: "lab", text: words.lab }) : null;
      var shown = element("li", { children: [element("span", { children: [dialog.button(label, action), document.createTextNode(" "), lab] }), element("span", { className: "small", text: text(row[1]) })] });
      shown.search = (label + " " + text(row[1])).toLowerCase();
      return shown;
    });
    var filter = element("input", { className: "filter" });
    filter.type = "search";
    filter.placeholder = words.filter;
    filter.setAttribute("aria-label", words.filter);
    filter.addEventListener("input", function () {
      var wanted = filter.value.toLowerCase();
      rows.forEach(function (row) { row.hidden = row.search.indexOf(wanted) < 0; });
    });
    return { title: text(list.title), parts: [rows.length > 10 ? filter : null, element("ul", { className: "rows", children: rows })] };
  }

  function viewOf(link) {
    var found = [["data-standing", standingView], ["data-list", listView], ["data-machine", machineView]].filter(function (kind) { return link.hasAttribute(kind[0]); })[0];
    return [found[1], Number(link.getAttribute(found[0]))];
  }

  function answer(name) {
    var wanted = /^(machine|list)-(\d+)$/.exec(name);
    if (!wanted || Number(wanted[2]) >= (wanted[1] === "list" ? data.lists : data.machines).length) { return false; }
    dialog.openAlone(wanted[1] === "list" ? listView : machineView, Number(wanted[2]));
    return true;
  }

  dialog.begin("a[data-list], a[data-machine], a[data-standing]", viewOf, answer);
})();
