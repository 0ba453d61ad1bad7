// What the pictures of shots.mjs show: the field guide of look.md in two languages, a drawing of a river
// delta, and documents for the home page.

export const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="1440" height="600" viewBox="0 0 720 300"><rect width="720" height="300" fill="#dfe3d6"/><path fill="#c9d1bd" d="M0 0h720v62c-96 22-150 6-236 20S322 118 214 104 66 76 0 92z"/><path fill="#b7c3ab" d="M0 0h720v28C610 46 560 30 470 40S300 66 200 54 60 34 0 46z"/><g fill="none" stroke="#7fa3a6" stroke-linecap="round"><path stroke-width="20" d="M372-10c-8 34 22 52 12 84"/><path stroke-width="13" d="M384 70c-14 48-92 58-132 104S196 262 150 310"/><path stroke-width="15" d="M384 70c8 52-22 84-6 132s28 76 22 112"/><path stroke-width="11" d="M386 76c34 44 112 44 142 92s38 92 86 146"/><path stroke-width="6" d="M296 138c-66 6-118 34-178 34S44 206-10 214M252 174c8 44 40 76 34 136M380 196c36 30 84 42 92 118M528 168c60 4 96 34 200 36"/><path stroke-width="3" d="M118 172c-20 34-60 60-72 138M472 262c-20 18-28 30-26 52M614 182c10 30 60 60 112 66M200 246c-30 8-60 40-66 68"/></g><g fill="#eef0e6"><path d="M286 196c22-6 54-4 66 6s-14 18-40 18-52-18-26-24zM432 150c16-8 46-2 58 8s-8 18-30 14-44-14-28-22zM138 212c18-8 40-4 48 4s-12 16-30 14-36-10-18-18zM566 226c14-4 34 2 38 10s-14 10-28 6-24-12-10-16z"/></g><g fill="none" stroke="#4f5b52" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="m96 46 9 5 10-4M124 60l8 4 9-3M150 42l7 4 8-3M560 102l8 4 9-4M588 116l7 4 8-3"/></g></svg>`;

const text = (insert, attributes) => (attributes ? { insert, attributes } : { insert });
const line = (words, attributes) => [
  ...(Array.isArray(words) ? words : [text(words)]),
  text('\n', attributes),
];

export const fieldGuide = {
  title: 'Spring count, field guide',
  delta: ({ url, width, height }) => [
    ...line('Spring count', { header: 1 }),
    ...line(
      'On the first Sunday in April, forty of us walk the delta at low water and write down every wader we can see. This guide is for anyone who has not done it before. It takes ten minutes to read and saves you from counting the same flock twice.',
    ),
    ...line('Before you go', { header: 2 }),
    ...line([
      text('Low water is at '),
      text('06:52', { bold: true }),
      text('. Be at the boathouse by six, because the '),
      text('tide table', { link: 'https://tides.example.org/april' }),
      text(' waits for nobody and the causeway floods behind you.'),
    ]),
    ...line('Boots, and a second pair of socks', { list: 'checked' }),
    ...line('Telescope or binoculars, 8 × 42 or better', { list: 'checked' }),
    ...line('Your plot card, with the letter of your square', { list: 'unchecked' }),
    ...line('The name of the person counting next to you', { list: 'unchecked' }),
    ...line('How to count', { header: 2 }),
    ...line('Stand still for five minutes. The birds come back.', { list: 'ordered' }),
    ...line('Count from left to right, once, one species at a time.', { list: 'ordered' }),
    ...line(
      [
        text('For a flock above two hundred, count ten birds, then '),
        text('count in tens of that size', { background: '#fdea9b' }),
        text('.'),
      ],
      { list: 'ordered' },
    ),
    ...line(
      'If two of you get two numbers, write both down. The mean is a fact about arithmetic; the difference is a fact about the birds.',
      { blockquote: true },
    ),
    ...line([
      {
        insert: { image: url },
        attributes: {
          alt: 'Aerial view of a river delta',
          caption: 'The delta at low water. Plots A to F lie west of the main channel.',
          width,
          height,
        },
      },
    ]),
    ...line('Sending it in', { header: 2 }),
    ...line(
      'One line per species, in this order. Leave the count empty if you looked and saw none; leave out the line if you did not look.',
    ),
    ...[
      'plot,species,count,time',
      'D4,avocet,31,06:40',
      'D4,dunlin,1200,06:55',
      'D4,curlew,,07:10',
    ].flatMap((words) => line(words, { 'code-block': true })),
    ...line('What happens next', { header: 3 }),
    ...line('Jun merges the sheets on Sunday night.', { list: 'bullet' }),
    ...line('Everyone checks their own plot by Wednesday.', { list: 'bullet' }),
    ...line('We publish on Friday, with the doubtful ones marked.', { list: 'bullet' }),
    ...line([{ insert: { divider: true } }]),
    ...line('Questions go under the line that raised them. Nobody here minds being asked twice.'),
  ],
};

export const chineseGuide = {
  title: '春季水鸟同步调查手册',
  delta: () => [
    ...line('春季水鸟同步调查', { header: 1 }),
    ...line(
      '每年四月的第一个星期日，我们四十个人会在退潮时走进三角洲，把看得见的每一只水鸟记下来。这份指南写给第一次参加的人：十分钟可以读完，能让你不把同一群鸟数上两遍。',
    ),
    ...line('出发之前', { header: 2 }),
    ...line([
      text('最低潮在 '),
      text('06:52', { bold: true }),
      text('。请在六点前到船屋集合，'),
      text('潮汐表', { link: 'https://tides.example.org/april' }),
      text('不等人，身后的堤道很快就会被水淹没。'),
    ]),
    ...line('雨靴，以及一双备用的袜子', { list: 'checked' }),
    ...line('望远镜，8 × 42 或更好', { list: 'checked' }),
    ...line('样方卡片，上面写着你的方格编号', { list: 'unchecked' }),
    ...line('旁边那位调查员的名字', { list: 'unchecked' }),
    ...line('怎样计数', { header: 2 }),
    ...line('先静立五分钟，鸟会回来。', { list: 'ordered' }),
    ...line('从左到右只数一遍，一次只数一个种。', { list: 'ordered' }),
    ...line(
      [
        text('超过两百只的鸟群，先数出十只，再'),
        text('以这十只的大小成组估算', { background: '#fdea9b' }),
        text('。'),
      ],
      { list: 'ordered' },
    ),
    ...line('两个人数出两个数，就把两个都写下来。平均数说的是算术，差别说的才是鸟。', {
      blockquote: true,
    }),
    ...line('提交记录', { header: 2 }),
    ...line('每个种一行，按下面的顺序填写。看过但没有见到，数量留空；没有看过，就不写这一行。'),
  ],
};

export const homeDocuments = [
  { title: 'Volunteers: names and plots', text: '41 people, 36 plots' },
  { title: 'How we got the causeway', text: 'A short history, for the anniversary' },
  { text: 'Ask Ines whether the north gate is still locked on Sundays' },
  { title: 'Letter to the water board', text: 'Draft 3. Mara and you have both read it' },
  { title: 'Ringing results since 2019', text: 'Four weights in the 2021 table are corrected' },
  { title: 'Agenda, 12 April', text: 'Who holds the keys in August?' },
  { title: 'Boathouse roof: three quotes', text: 'The second quote came with a photograph' },
];
