// Passwords that whoever guesses tries first, of those that are long enough to be allowed at all.
// Compared in lower case.

export const commonPasswords: ReadonlySet<string> = new Set(
  `123456789 1234567890 12345678 123123123 987654321 9876543210 0987654321 147258369 1qaz2wsx
  1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 qwerty123 qwertyui qwertyuiop qwerty12
  qwerty1234 1qazxsw2 asdfghjk asdfghjkl zxcvbnm1 zxcvbnm, password password1 password12 password123
  password1234 password! passw0rd p@ssw0rd p@ssword pa55word passwort passwort1 motdepasse contraseña
  letmein1 letmein123 welcome1 welcome123 welcome01 iloveyou iloveyou1 sunshine sunshine1 princess
  princess1 football football1 baseball baseball1 superman batman123 trustno1 dragon123 monkey123
  shadow123 master123 michael1 jennifer computer internet whatever starwars pokemon1 liverpool
  chelsea1 samantha charlie1 abcd1234 abc12345 abcdefgh abcdefg1 a1b2c3d4 aa123456 a123456789
  admin123 admin1234 administrator changeme changeme1 default1 secret123 test1234 testtest
  guest123 root1234 toor1234 woaini1314 5201314520 1314520520 88888888 11111111 00000000 12341234
  11223344 123456ab 123qweasd qweasdzxc 1234qwer qwer1234 asdf1234 zaq12wsx google123 facebook
  deltapad deltapad1 deltapad123`
    .split(/\s+/)
    .filter(Boolean),
);
