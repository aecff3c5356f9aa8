// The sound of a bulletin's form: dropped, chosen or recorded, sent ahead, and what was found in it.
(function () {
  'use strict';
  var loa = window.loa, element = loa.element;
  var field = document.querySelector('[data-upload]');
  if (!field) return;
  var form = field.form || field.closest('form'), hidden = field.querySelector('[name=upload]'), box = field.querySelector('[data-check]');
  var drop = field.querySelector('[data-drop]'), input = field.querySelector('input[type=file]'), stop = null, busy = false;
  var most = Number(field.getAttribute('data-most'));

  function clear() { while (box.firstChild) box.removeChild(box.firstChild); }

  function bar(words, percent, name) {
    var progress = box.querySelector('progress');
    if (!progress) {
      clear();
      progress = element('progress');
      progress.max = 100;
      var cancel = element('button', loa.pick('Thôi', 'Stop'));
      cancel.addEventListener('click', reset);
      box.appendChild(element('p')); box.appendChild(progress); box.appendChild(cancel);
    }
    box.querySelector('p').textContent = words + ' “' + name + '”: ' + percent + ' %';
    progress.value = percent;
    progress.setAttribute('aria-label', words);
  }

  function reset() {
    if (stop) stop();
    stop = null; busy = false; hidden.value = ''; input.value = '';
    clear();
  }

  function told(className, words, remarks) {
    var notice = element('div', '', 'notice ' + className), list = element('ul');
    notice.appendChild(element('strong', words));
    (remarks || []).forEach(function (each) { list.appendChild(element('li', loa.sentence(each))); });
    if (remarks && remarks.length) notice.appendChild(list);
    box.appendChild(notice);
    return notice;
  }

  function again(label, act) {
    var button = element('button', label);
    button.addEventListener('click', act);
    box.appendChild(button);
    return button;
  }

  function take(file, name) {
    reset();
    var fault = document.getElementById('sound-fault');
    if (fault) fault.hidden = true;
    field.classList.remove('wrong');
    if (file.size > most) {
      told('bad', loa.pick('Tệp “' + name + '” quá lớn: chỉ nhận tệp đến ' + Math.floor(most / 1e6) + ' MB. Hãy lưu lại ở dạng MP3 rồi chọn lại.',
        'The file “' + name + '” is too large: up to ' + Math.floor(most / 1e6) + ' MB are taken. Save it as MP3 and choose it again.'));
      return;
    }
    busy = true;
    bar(loa.pick('Đang gửi', 'Sending'), 0, name);
    stop = loa.upload(file, name, {
      sending: function (percent) { bar(loa.pick('Đang gửi', 'Sending'), percent, name); },
      checking: function (percent) { bar(loa.pick('Đang kiểm tra', 'Checking'), percent, name); },
      failed: function (words, mayTryAgain) {
        busy = false;
        clear();
        told('bad', words);
        if (mayTryAgain) again(loa.pick('Thử lại', 'Try again'), function () { take(file, name); }).focus();
      },
      found: function (found) { busy = false; clear(); show(found, name); }
    });
  }

  function show(found, name) {
    if (found.state === 'refused') { told('bad', found.told, found.remarks); return; }
    if (found.state === 'text') {
      var text = form.querySelector('[name=text]');
      text.value = found.text;
      told(found.remarks.length ? 'warn' : 'good', found.told, found.remarks);
      suggest(name);
      text.scrollIntoView({ block: 'nearest' });
      return;
    }
    hidden.value = found.upload;
    told(found.remarks.length ? 'warn' : 'good', '“' + name + '”. ' + found.told, found.remarks);
    box.appendChild(loa.newPlayer(found.sha256, name));
    again(loa.pick('Bỏ tệp này', 'Remove this file'), reset);
    suggest(name);
  }

  // A file is often called as the bulletin is to be; a recording is not.
  function suggest(name) {
    var title = form.querySelector('[name=title]'), stem = name.replace(/\.[^.]{1,5}$/, '');
    if (title && !title.value && !/^(Ghi âm|Recording) /.test(stem)) title.value = stem;
  }

  input.addEventListener('change', function () { if (input.files[0]) take(input.files[0], input.files[0].name); });
  ['dragenter', 'dragover'].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add('over'); });
  });
  ['dragleave', 'drop'].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.remove('over'); });
  });
  drop.addEventListener('drop', function (event) {
    var files = event.dataTransfer.files;
    if (files[0]) take(files[0], files[0].name);
  });
  // A file that is dropped beside the place must not open in the browser and throw the form away.
  ['dragover', 'drop'].forEach(function (name) { window.addEventListener(name, function (event) { event.preventDefault(); }); });

  var record = loa.recorder(field.querySelector('[data-recorder]'), field.getAttribute('data-worklet'), take);
  field.querySelector('[data-record]').addEventListener('click', record);

  // The form waits for the file.
  form.addEventListener('submit', function (event) {
    if (!busy) return;
    event.preventDefault();
    event.stopPropagation();
    loa.show(form, { done: false, told: loa.pick('tệp còn đang được gửi hoặc kiểm tra, chờ xong rồi ghi', 'the file is still being sent or checked, wait until that is done'), fields: {} });
  });
})();
