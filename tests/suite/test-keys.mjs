// Made for these tests and public, like every key in tests/vectors.
export const ecA = {
  kty: 'EC',
  x: 'd3VMOscMCpofziTo69xsLSsoU_1F_IcHghCWUe4yHlo',
  y: 'XpNTroLdEPnE-q9CPU-FgX0QlcUVG3ze1GvJWaTiQH4',
  crv: 'P-256',
  d: 'xZsUs71-dNoGQfySSGxTZM-aBXLtqvgVzwlG2RCZsHg',
}

export const ecB = {
  kty: 'EC',
  x: 'Iqq_syDdEb9XENAjuqtVIGnmV_golpy3j7Ai84Dx7cc',
  y: '2KGA4l0O3oKLSK7xTYX7zHuw9my0N9JCL8BpvU_QqBI',
  crv: 'P-256',
  d: 'CPHFxnzcp6Bn049NDR_IirhFh3Rr2XUNjSjdT-IgOOg',
}

export const rsaA = {
  kty: 'RSA',
  n: 'sFwabGYHCLRQUYdJtiEzXI5UwP568Sj0MOKLi1aXFqOywqbA9i8WgL4WsZqQl721aQUItxuQray3wcUekuBNGzGC0CXp5mCp8Swvq0PS3pR3UMy6BBFQnsOxvRU8JBguVJwAcSalbZaZ2LgmOqyAiM9xlVFsnb8bJ8aYusA6E5ihGNIyHwoiaMI9G8LIqVLHj3UdRTHDzWybSoZRy4UiVMfFg5JOu9Ai10Lbhu70bYIZ7agqXL_Qcn5B3VkJT9xs22hN6VmLJmJkPsv9U3GBwYjJk_vZPLI_NH0DkpBXb-OVRacUZwXPWrQS4bwxaMoGQfMIB3a9eCSPdZJ0WBRAhw',
  e: 'AQAB',
  d: 'FFYX5pkLRZnZSyrGZAicY2y24ZGsEUQE3eA5xtBY2CT57OU4Cgta_8SBBGuLhzE6iojTPPN3nEyhhz1uQvHiIk50Gawi4SG-EaU5PU6zBwnoClAD69_SmUQn_42ZI5u1jU8h4-pYwsl40HCdA-thX6VKy9-ZnpprYgujZUww8OeuxqCIn4Nkp2NiwQ6rnHLCuwGvAXU1jt2FXmb8kPYTFcNAS2cp_eBS-Ug50DurCpYz9IZ2miecaz4ooeZXKRMnjkHezbk-DAEq1QWr-tUeMtYlARnPcc315v8Qldk3IPaFPKRCO73ZIZrO-wxufuMYAs7chAsGiC_uPmBx7tx8-Q',
  p: '86XBLgoNeZJ3QXhT1lHVy0deVkF8jwPNh74VW78C4RHwuwTYU1XSSpqA49t1El7uVcIxkSFvaOS5bNo1iD5B53Rdbz4_88jaYWq6My4c0RoLh1NNTsWZZnipk344RXpD89AcR56BL_cS63EzImNh9wCC__UZKenrvOAJk6_zdak',
  q: 'uU0Ja2B_7PYzsdORHYRpNpmRNRTOuCLIoKh1_KxYBbm1Lk0smiLKIMni0USjMhy3qrdXk29feIZHo7R8uTyRtYrEK5tdCHulCUlW46GNohKS6oH88AwVRXxRGyszFb3mSZZT67pq54ch94z3GbzJVeIIW2WBRzpJSzymt3oPgq8',
  dp: 'zQYyJPe4lxC04ZbLlZGPglsv-w1oL0BX913wwx9c4OAj3nwZPSb-qmCRDSxiu26-x9N9uk6UXYP6tKp6WYdqFcZJyY5sakwd19Pjk6W-AgcUpG9oolyM1Tm8GK0h1PUpsUTyRyIOO7qBZTYAfXN7wEnh8ljhL-_zuyAbbvekuuE',
  dq: 'VsvY_60B_xML_93j-XmOdv7T35NRiTrx0x9VtPdde8ETNw77N2_YUid-0RtffhepiJO8t9jRVXlAkVP3oCTY87p-TRbHKzQPiBwMUS_ZUfN1Udd1jVN7m0KyExHXKfX7qrh5ss9tR-oqZPRowmuFu27XD0iql5ybvFw6k3LfVQ0',
  qi: 'C-B3CC6W0WvYKsgsCaxb7Pd8oeyd0ldqun4iBMd10OkRCX23aBsdB9FcQ12m-CqW0tsGTYUhZigarxpJeQSes_qu-bkLYag5RzsZ5u8tLZDyjWbGZRePNLvJNGrqilBDHud-FBPRD6JTDlcl5Jxt-Q6ajyph5ZLDX_SFcCYcHEQ',
}

export const rsaB = {
  kty: 'RSA',
  n: 'uYRC5ZvkCw69wFLb6Ao-dljy7ep65vO_rIzgUDW2cUSVey3axMafoESbMSaeP8xs9ezobn_q-1ME4GnYJBFgXr0Cfc2ffjddus_jz4jImqWrFtjfKM_maxeASaX9e1PfRrpLTmfnqWSBz6YbxoWM5kcyKYs3MZbw8jEJ9gY4HTxTQSneLPDccE5MmUCtwMfCt2e1ZiF8_PV-oe6rWNkY-eTCOEZc65DzbMyOA9KgyMFtjIZKcBI40LsuBHIRqCTnUNXPg-0tgbMBN4sojvuM_n4vwo_abQzaCx8NHEJLdPV8WwquSMqivVpiv2oGIbpNdMl12OsN9hoXe6JeTmIC-w',
  e: 'AQAB',
  d: 'FnqNNI8oGaLmoRgpJzueh-6NOQDRdYyRbBIB2BY6Dg12Y1-SA4fhraTCfTklsatOhJn5K_J6AYv0qlCI7Q3h9HjIhX_V1JBW3hz0iKAVVo--ZF1Q5PwT-mP1mnbvePMXudU27MAwVNkl1YhWEz75bKmxzVDeFjco6N_CSjpEsF37C3XhrcZ-T3casMK6yyrznPNW_xcT0t19MaunkXAcDVijPwhsm4QzCQvNh52sBQswjtVkCTEjU2uEV394OtebgwAPdENhPkyxMomKsDtmtk9LborfYWijjGnOTz7cFO29noZFa5SpMTKNhGydgjZb_j0FtLQLbwPMnPVWoxXawQ',
  p: '4g9-0STGD9QgVyzS9Ej3IjyNVQmM9h-Dv9ZfGKFYXTgxU_iuOweUnYWzvwf532dK8QcCFXyoKxgZDWpN-PbmN-s6nqg0IbjhLTDINkH-TRpxbOC0QYeoIZ9JNixHXcEA2KS0ZIWNjdAQTI9phfove-HH38RFugZM3uGSSxfBMWE',
  q: '0hYjtlsLfl7RVahYVT6BIrk8DvrM-leuByns9UwAFsgHjVYTGUj15wd4BTG1oMPpAfwvbP5WVvKJkeKV1wvWk_mn4Lyu6DRNaWikzAJz4uTriE-_Gf_LqCv1_VS3vAgJk412j1Ykt6KqzyLgfZz9GEjb3rBcuVrSz2r3ChOR5ds',
  dp: 'TvEmUhbLa5-iI48to80PME-A819AcHqU4ZsU3l8JopQK9c3z2f1NsqyMFnvMkG1byEuwOJythU8HAJ5M2FIwFvr4H4uRmO0dBVDxubDWA0rmrSTTDcc3uXYMdPSFf4H0r7Lko-3XftxXtMSoDvdNOa-gws2ho9KraXHQSpTjDEE',
  dq: 'sM8ZNzvgrHY4T5Li5Ls6C3NB7Il_QaHRQQ4z8y4HVST71iN-52TUL5_FjvmLFsZKr_UCJQTYvUxaI4FDAj1gViFi_G1P9vUtwWzkZR4bUfW_lHUpLERvrhVxbceC6qkJBjmkcnXZaQNqJfIAZTdeerW29fAP2Z9qlE49oyldPMk',
  qi: 'w53b2_prlF0Mffp66KNzYjstjpLlScsFx0AO-uMnDlvv4a_O089magpz62LcxAR3MBcgcoSOxW3Pio8e1Vp_wPt1xEsvgvjdapT2asfXHnKizttpLTtuFb4fPDnsndCJTpKAzUEZyUWQ9I5_lmLAQUL2qRPMt3W_u4rL1oQWRFE',
}

export const ed = {
  crv: 'Ed25519',
  d: 'hVAVGy2eUWcSHZwMhGeXgvj32jqZCH90rB2-mOF3UiQ',
  x: 'k03sYf21-wz0jj6pzcCd2_TZWIfZF8Ve2LQNXt-H6RQ',
  kty: 'OKP',
}

export const secret = new TextEncoder().encode('a secret of these tests, sixty-four bytes long, known to everybody')
