namespace Gatehouse.IdentityManager.Ui;

/// <summary>The one style and the one script.</summary>
internal static class Assets
{
    public const string Style =
        """
        :root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --line: #6d6d78; --soft: #f1f1f4;
          --link: #1d4ed8; --on-link: #fff; --bad: #a11212; --good: #14532d }
        @media (prefers-color-scheme: dark) { :root { --ink: #eeeef2; --paper: #17171b; --line: #9a9aa8;
          --soft: #26262d; --link: #9db8ff; --on-link: #17171b; --bad: #ffa3a3; --good: #9be7b5 } }
        * { box-sizing: border-box }
        body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
        header, main { max-width: 46rem; margin: 0 auto; padding: .75rem 1rem }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0 }
        nav a { display: inline-block; padding: .25rem 0; text-decoration: none }
        nav a[aria-current] { font-weight: 700; color: var(--ink); border-bottom: 2px solid var(--link) }
        a { color: var(--link) } h1 { font-size: 1.5rem; margin: .5rem 0 }
        h2 { font-size: 1.15rem; margin: 0 0 .25rem; overflow-wrap: anywhere }
        h2 a { display: inline-block; padding: .25rem 0 }
        main:focus { outline: 0 } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
        .skip { position: absolute; left: -100vw } .skip:focus { position: static }
        .card { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0 }
        .card p { margin: .25rem 0; overflow-wrap: anywhere } .card form, .danger { margin-top: 1rem }
        .card form > p { margin-top: .75rem }
        .row { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem } .card .row form { margin: 0 }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0 }
        dt { color: var(--line) } dd { margin: 0; overflow-wrap: anywhere }
        .note { border-left: 4px solid; padding: .25rem .75rem; font-weight: 600 }
        .bad { color: var(--bad) } .good { color: var(--good) } .live:empty { display: none }
        .live a, .go { display: inline-block; padding: .25rem 0 }
        .live { border: 2px solid var(--link); border-radius: .5rem; padding: .5rem .75rem; font-weight: 600 }
        button { font: inherit; min-height: 2.75rem; min-width: 2.75rem; padding: .25rem 1rem; border-radius: .5rem;
          border: 1px solid var(--line); background: var(--soft); color: var(--ink); cursor: pointer }
        button.main { background: var(--link); border-color: var(--link); color: var(--on-link); font-weight: 600 }
        button.code { font-size: 1.5rem; font-variant-numeric: tabular-nums; letter-spacing: .1em; flex: 1 }
        button.bad { color: var(--bad) }
        label { display: block; font-weight: 600; margin: .75rem 0 .25rem }
        label.tick { font-weight: 400; display: flex; gap: .5rem; align-items: center; min-height: 2.75rem }
        input[type=checkbox] { width: 1.5rem; height: 1.5rem; flex: none; accent-color: var(--link) }
        input:not([type=hidden]):not([type=checkbox]), textarea { font: inherit; width: 100%; padding: .5rem;
          color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: .5rem }
        .hint { color: var(--line); margin: .25rem 0 }
        details { margin-top: 1rem } summary { padding: .35rem 0; cursor: pointer }
        code { overflow-wrap: anywhere }
        .history { list-style: none; margin: 0; padding: 0 }
        .history li { border-bottom: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere }
        .history time, .history span { color: var(--line); font-size: .9rem; display: block }
        """;

    // A page whose state changed is read anew, but never under the fingers of who is about to press something in it. Only
    // what is looked at listens: a browser allows six connections to a host, and the seventh tab would wait for ever.
    public const string Script =
        """
        const main = document.querySelector('main')
        const live = document.querySelector('#live')
        const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
        for (const time of document.querySelectorAll('time')) time.textContent = local.format(new Date(time.dateTime))

        const { follows, state } = main.dataset
        const held = matchMedia('(hover: hover)').matches ? 'form:is(:hover, :focus-within)' : 'form:focus-within'
        let waiting

        function say (text, address) {
          if (live.textContent === text) return
          const link = document.createElement('a')
          link.href = address
          link.textContent = text
          live.replaceChildren(link)
        }

        function readAnew () {
          if (!main.querySelector(held)) return location.reload()
          say('Something has changed here. Show it.', location.href)
          clearTimeout(waiting)
          waiting = setTimeout(readAnew, 1000)
        }

        function tell (count) {
          document.title = (count ? `(${count}) ` : '') + document.title.replace(/^\(\d+\) /, '')
          if (follows === 'requests') return
          if (count) say('Somebody wants to log in.', 'requests')
          else live.replaceChildren()
        }

        let source
        function listen () {
          source?.close()
          source = document.hidden ? null : new EventSource('events')
          if (source) source.onmessage = hear
        }

        function hear ({ data }) {
          const now = JSON.parse(data)
          tell(now.count)
          if (follows && now.states[follows] !== state) readAnew()
        }

        document.addEventListener('visibilitychange', listen)
        listen()
        """;
}
