"""One run of a census example over portals of all kinds, and one over a portal
that never answers, on the virtual clock, for then nothing else can happen than
that the deadline strikes."""

import asyncio

import support

NGINX = 'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: today\r\n\r\n'
APACHE = 'HTTP/1.1 302 Found\r\nserver: Apache\r\nLocation: /\r\n\r\n'
SILENT = 'HTTP/1.0 200 OK\r\nX-Server: no\r\n\r\n'
RUDE = ''
ANSWERS = [NGINX, APACHE, NGINX, SILENT, NGINX, APACHE,
           NGINX, RUDE, APACHE, NGINX, NGINX, APACHE]


async def take(name, at_once, choose=min):
    portals = support.Portals(ANSWERS, at_once, choose)
    sites = await portals.open()
    names = {site: f'portal {i}' for i, site in enumerate(sites)}
    with support.refusing_port() as bound:
        closed = '%s:%d' % bound.getsockname()
        names[closed] = 'a closed port'
        process = await support.start(name, *sites[:5], closed, 'nonsense',
                                      *sites[5:])
        output = (await process.stdout.read()).decode()
    for site, alias in names.items():  # ports differ from run to run
        output = output.replace(site + '\n', alias + '\n')
    print(output, end='')
    await support.finish(process, name)
    print('at most', portals.most, 'at once')

    deaf = await asyncio.start_server(lambda reader, writer: None,
                                      support.LOOPBACK, 0)
    site = f'{support.LOOPBACK}:{deaf.sockets[0].getsockname()[1]}'
    process = await support.start(name, site, clock='virtual')
    print((await process.stdout.read()).decode().replace(site, 'deaf'), end='')
    await support.finish(process, name)
