// The service behind the API. It believes the headers that say who is calling, because nobody but the API reaches it.
export default {
  fetch(request) {
    const written = request.method === 'POST'
    return Response.json(
      { notes: written ? 'one more' : 'none yet', saw: Object.fromEntries(request.headers) },
      { status: written ? 201 : 200 },
    )
  },
}
