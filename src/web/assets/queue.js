// Shows where a bulletin will air while the form is filled in.
(function () {
  'use strict';
  var loa = window.loa, element = loa.element;
  var box = document.querySelector('[data-preview]');
  if (!box) return;
  var form = box.closest('form'), timer = null, newest = 0;

  function show(seen) {
    while (box.firstChild) box.removeChild(box.firstChild);
    seen.errors.forEach(function (each) { box.appendChild(element('p', each, 'notice bad')); });
    seen.warnings.forEach(function (each) { box.appendChild(element('p', each, 'notice warn')); });
    if (seen.errors.length) return;
    var told = element('p'), list = element('ul');
    told.appendChild(element('strong', seen.told));
    box.appendChild(told);
    seen.airs.forEach(function (each) { list.appendChild(element('li', each.told)); });
    box.appendChild(list);
    if (seen.more) box.appendChild(element('p', loa.pick('và ' + seen.more + ' lần nữa', 'and ' + seen.more + ' times more')));
  }

  function look() {
    var asked = ++newest, fields = ['bulletin', 'programme', 'times', 'from', 'until'];
    var query = fields.map(function (name) { return name + '=' + encodeURIComponent(form.elements[name] ? form.elements[name].value : ''); });
    fetch(box.getAttribute('data-preview') + '?' + query.join('&'), { headers: { 'Accept': 'application/json' }, credentials: 'same-origin' }).then(function (response) {
      return response.json().then(function (answer) {
        if (asked !== newest) return;
        if (response.ok) show(answer);
        else {
          var faults = Object.keys(answer.fields || {}).map(function (name) { return loa.sentence(answer.fields[name]); });
          show({ errors: faults.length ? faults : [loa.sentence(answer.told)], warnings: [], airs: [] });
        }
      });
    }).catch(function () {
      if (asked === newest) show({ errors: [loa.pick('Mất kết nối với máy phát, chưa xem trước được.', 'The connection is lost; no preview now.')], warnings: [], airs: [] });
    });
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  }
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
  look();
})();
