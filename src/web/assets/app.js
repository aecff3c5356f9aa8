// What every page does: sends acts without leaving the page, asks before dangerous ones, marks faulty fields.
// Plain script for old browsers; every form works without it.
(function () {
  'use strict';
  var vi = document.documentElement.lang !== 'en';
  var loa = window.loa = { vi: vi, pick: function (a, b) { return vi ? a : b; } };

  loa.csrf = function () {
    var meta = document.querySelector('meta[name="csrf"]');
    return meta ? meta.content : '';
  };

  // A fresh id for an act that is no form.
  loa.act = function () {
    var bytes = new Uint8Array(16), text = '';
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i++) text += ('0' + bytes[i].toString(16)).slice(-2);
    return text;
  };

  loa.lost = function () {
    return loa.pick('Mất kết nối với máy phát: chưa biết việc này đã làm chưa. Chờ có kết nối rồi bấm lại, việc đã làm rồi sẽ không làm lần thứ hai.',
      'The connection to the station is lost: it is not known whether this was done. Press again when it is back; what was done is not done twice.');
  };

  // Sends an act; resolves to {done, told, to, object, fields, status}.
  loa.send = function (url, body, type) {
    var headers = { 'Accept': 'application/json', 'X-CSRF-Token': loa.csrf() };
    if (type) headers['Content-Type'] = type;
    return fetch(url, { method: 'POST', headers: headers, body: body, credentials: 'same-origin' }).then(function (response) {
      return response.text().then(function (text) {
        var answer;
        try { answer = JSON.parse(text); } catch (e) { answer = { done: false, told: loa.pick('Máy chủ trả lời không hiểu được.', 'The server gave an answer that makes no sense.') }; }
        answer.status = response.status;
        return answer;
      });
    }, function () { return { done: false, lost: true, told: loa.lost(), fields: {} }; });
  };

  loa.get = function (url) {
    return fetch(url, { headers: { 'Accept': 'application/json' }, credentials: 'same-origin' }).then(function (response) {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    });
  };

  loa.sentence = function (words) { return words ? words.charAt(0).toUpperCase() + words.slice(1) : ''; };

  function show(form, answer) {
    var place = form.querySelector('.answer');
    Array.prototype.forEach.call(form.querySelectorAll('.wrong'), function (field) {
      field.classList.remove('wrong');
      var control = field.querySelector('[aria-invalid]');
      if (control) control.removeAttribute('aria-invalid');
      var fault = field.querySelector('.fault');
      if (fault) fault.hidden = true;
    });
    var first = null;
    Object.keys(answer.fields || {}).forEach(function (name) {
      var field = form.querySelector('[data-field="' + name + '"]');
      if (!field) return;
      field.classList.add('wrong');
      var control = field.querySelector('input, select, textarea'), fault = field.querySelector('.fault');
      if (control) { control.setAttribute('aria-invalid', 'true'); first = first || control; }
      if (fault) { fault.textContent = loa.sentence(answer.fields[name]); fault.hidden = false; }
    });
    if (place) { place.textContent = loa.sentence(answer.told); place.classList.toggle('good', !!answer.done); place.hidden = !answer.told; }
    if (first) first.focus();
  }
  loa.show = show;

  // What a form sends, as a browser without script would.
  function encoded(form) {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === 'string') pairs.push(encodeURIComponent(name) + '=' + encodeURIComponent(value));
    });
    return pairs.join('&');
  }
  loa.encoded = encoded;

  // A place on the page that is open would be scrolled to, and nothing of it be new.
  function go(to) {
    if (to.split('#')[0] !== location.pathname + location.search) { location.href = to; return; }
    history.replaceState(null, '', to);
    location.reload();
  }

  loa.submit = function (form) {
    if (form.getAttribute('data-busy')) return;
    form.setAttribute('data-busy', '1');
    form.classList.add('busy');
    var done = function () { form.removeAttribute('data-busy'); form.classList.remove('busy'); };
    return loa.send(form.action, encoded(form), 'application/x-www-form-urlencoded').then(function (answer) {
      done();
      var event = new CustomEvent('loa:answer', { detail: answer, cancelable: true, bubbles: true });
      if (!form.dispatchEvent(event)) return answer;
      if (answer.done) {
        if (answer.to) go(answer.to);
      } else if (answer.status === 401) {
        location.href = '/dang-nhap?den=' + encodeURIComponent(location.pathname + location.search);
      } else show(form, answer);
      return answer;
    });
  };

  // An element with words in it; a button that sends no form.
  loa.element = function (name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    if (name === 'button') made.type = 'button';
    return made;
  };

  // Asks in a dialog; an old browser asks by its own.
  loa.ask = function (question, yes) {
    var dialog = document.createElement('dialog');
    if (!dialog.showModal) { if (window.confirm(question)) yes(); return; }
    var text = document.createElement('p'), row = document.createElement('div'), no = document.createElement('button'), go = document.createElement('button');
    text.textContent = question; text.id = 'cau-hoi';
    dialog.setAttribute('aria-labelledby', 'cau-hoi');
    row.className = 'row'; no.textContent = loa.pick('Không', 'No'); go.textContent = loa.pick('Có, làm ngay', 'Yes, do it'); go.className = 'primary';
    row.appendChild(go); row.appendChild(no); dialog.appendChild(text); dialog.appendChild(row);
    document.body.appendChild(dialog);
    var back = document.activeElement;
    dialog.addEventListener('close', function () { dialog.remove(); if (back && back.focus) back.focus(); });
    no.addEventListener('click', function () { dialog.close(); });
    go.addEventListener('click', function () { dialog.close(); yes(); });
    dialog.showModal();
    no.focus();
  };

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute || !form.hasAttribute('data-act')) return;
    event.preventDefault();
    // The button that was pressed sends its name too.
    var pressed = event.submitter || document.activeElement;
    Array.prototype.forEach.call(form.querySelectorAll('input[data-pressed]'), function (old) { old.remove(); });
    if (pressed && pressed.form === form && pressed.name) {
      var hidden = document.createElement('input');
      hidden.type = 'hidden'; hidden.name = pressed.name; hidden.value = pressed.value; hidden.setAttribute('data-pressed', '');
      form.appendChild(hidden);
    }
    var question = form.getAttribute('data-confirm');
    if (question) loa.ask(question, function () { loa.submit(form); }); else loa.submit(form);
  });

  // A browser shows a date as its own language does; under each one stands the chosen day in words.
  var days = vi ? ['Chủ nhật', 'Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy']
    : ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  var months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  loa.day = function (typed) {
    var parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(typed);
    if (!parts) return '';
    var day = days[new Date(Date.UTC(+parts[1], +parts[2] - 1, +parts[3])).getUTCDay()] + ', ';
    return day + (vi ? parts[3] + '/' + parts[2] + '/' + parts[1] : +parts[3] + ' ' + months[+parts[2] - 1] + ' ' + parts[1]);
  };

  function sayDay(input) {
    var place = input.nextElementSibling;
    if (!place || !place.hasAttribute('data-day')) {
      place = document.createElement('output');
      place.className = 'day-words';
      place.setAttribute('data-day', '');
      if (input.id) place.htmlFor = input.id;
      input.parentNode.insertBefore(place, input.nextSibling);
    }
    // A place that is never empty: nothing moves when a day is chosen.
    place.textContent = loa.day(input.value) || '\u00a0';
  }
  Array.prototype.forEach.call(document.querySelectorAll('input[type="date"]'), sayDay);
  ['input', 'change'].forEach(function (name) {
    document.addEventListener(name, function (event) { if (event.target.type === 'date') sayDay(event.target); });
  });
  // After a form is put back to what it was, its fields are read once that is done.
  document.addEventListener('reset', function (event) {
    setTimeout(function () { Array.prototype.forEach.call(event.target.querySelectorAll('input[type="date"]'), sayDay); }, 0);
  });

  // A button that must be held: by mouse, finger, Enter or space. Its form is sent after 1.5 s.
  Array.prototype.forEach.call(document.querySelectorAll('button.hold'), function (button) {
    var timer = null;
    function begin(event) {
      if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      if (timer || (event.type === 'keydown' && event.repeat)) return;
      if (button.form.reportValidity && !button.form.reportValidity()) return;
      button.classList.add('held');
      timer = setTimeout(function () { timer = null; button.classList.remove('held'); loa.submit(button.form); }, 1500);
    }
    function end() {
      if (timer) clearTimeout(timer);
      timer = null;
      button.classList.remove('held');
    }
    ['pointerdown', 'keydown'].forEach(function (name) { button.addEventListener(name, begin); });
    ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur'].forEach(function (name) { button.addEventListener(name, end); });
    button.addEventListener('click', function (event) { event.preventDefault(); });
    button.addEventListener('contextmenu', function (event) { event.preventDefault(); });
  });
})();
