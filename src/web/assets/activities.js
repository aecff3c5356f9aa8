// Files of an activity: each is sent as soon as it is chosen, and named in the form by the id that came back.
(function () {
  'use strict';
  var input = document.getElementById('tep');
  if (!input) return;
  var form = input.form, list = form.querySelector('.uploads'), waiting = 0;

  function line(file) {
    var item = document.createElement('li'), name = document.createElement('span'), state = document.createElement('span'), gone = document.createElement('button');
    name.textContent = file.name + ' ';
    state.className = 'chip'; state.textContent = loa.pick('đang gửi…', 'sending…');
    gone.type = 'button'; gone.className = 'plain'; gone.textContent = loa.pick('Bỏ', 'Remove');
    gone.setAttribute('aria-label', gone.textContent + ' ' + file.name);
    gone.addEventListener('click', function () { item.remove(); input.focus(); });
    item.appendChild(name); item.appendChild(state); item.appendChild(gone);
    list.appendChild(item);
    return { item: item, state: state };
  }

  function send(file) {
    var at = line(file);
    waiting++;
    loa.send(input.getAttribute('data-uploads') + '?name=' + encodeURIComponent(file.name), file, 'application/octet-stream').then(function (answer) {
      waiting--;
      if (answer.done && answer.object) {
        var hidden = document.createElement('input');
        hidden.type = 'hidden'; hidden.name = 'upload'; hidden.value = answer.object.upload;
        at.item.appendChild(hidden);
        at.state.className = 'chip good'; at.state.textContent = loa.pick('✓ đã gửi', '✓ sent');
      } else {
        at.state.className = 'chip bad'; at.state.textContent = '✕ ' + loa.sentence(answer.told);
      }
    });
  }

  input.addEventListener('change', function () {
    Array.prototype.forEach.call(input.files, send);
    input.value = '';
  });

  // What is still on its way, or was refused, would be missing.
  form.addEventListener('submit', function (event) {
    var refused = list.querySelector('.chip.bad');
    if (!waiting && !refused) return;
    event.preventDefault();
    event.stopPropagation();
    loa.show(form, { done: false, told: waiting
      ? loa.pick('Tệp còn đang gửi; chờ gửi xong rồi bấm lại.', 'Files are still being sent; wait and press again.')
      : loa.pick('Có tệp không gửi được: bấm Bỏ ở tệp đó hoặc chọn tệp khác, rồi bấm lại.', 'A file was not taken: remove it or choose another one, then press again.'), fields: {} });
  });
})();
