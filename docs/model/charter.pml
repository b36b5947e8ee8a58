/* charter.pml - a version of the charter takes space from a zone of X and gives
 * it to a zone of Y, at the moment T of all clocks; N joins with it. X and Y
 * adopt it when their officers please, or never; three clocks; a crash each,
 * with clock step-back; fsync. X grants two-slot windows [s,s+2) in that space
 * by HOLD then CONFIRMED, Y in one step, LEAD after its clock at the earliest.
 *
 * Properties:
 *  P1  no two confirmed windows in the space overlap, whoever granted them
 *  P2  who is not under the version that names N grants it nothing
 *  P3  in the end every node that has adopted the version is under it
 *
 * Non-vacuity: -DREACH asserts that Y never grants where X had; must fail.
 *
 * Mutations (spin -DMUT=n -a charter.pml):
 *  1 X adopts while a window reaches beyond T
 *  2 after adopting X holds windows that end after T
 *  3 Y grants without having read that X has adopted
 *  4 X's adoption is served before fsync
 *  5 Y is under the version from its adoption on
 *  6 a hold from before X's adoption is confirmed after it
 *  7 the version comes into force at T or never
 *  8 X grants N what N asks for, under whatever version
 *  9 Y grants by its clock, which may have gone back behind T, not by log time
 */
#ifndef MUT
#define MUT 0
#endif
#define M(x) (MUT==x)
#define EPS 1
#define T 3
#define LEAD EPS            /* T2: between now and the first window; far more in service */
#define TMAX 6
#ifndef GMAX
#define GMAX 2              /* grants of X, and of Y */
#endif
#define W(s) (3<<(s))                /* slots s and s+1 */
#define BEYOND (~((1<<T)-1))         /* slots from T on */
#define OPEN(c) (~((1<<((c)>=EPS -> (c)-EPS : 0))-1))   /* slots not over by a clock */

byte now, cX, cY;
bool aX, daX, aY, daY;               /* adopted: volatile, durable */
bool fX, dfX, fY, dfY;               /* in force */
bool pub;                            /* X's adoption can be read */
short tX, dtX, tY, dtY;              /* tables of confirmed slots */
short real;                          /* ghost: all of them */
byte hX=255;                         /* pending hold (start slot) */
byte gX, gY;
bool gN, dirtyX, dirtyY, crX, crY, quiet;

/* log time (G4): not before the entry that brought the version into force */
#define lY ((fY && cY<T && !M(5) && !M(9)) -> T : cY)
#define mayX(s) (!fX && (!aX || (s)+2<=T))

active proctype ownerX() {
end: do
 /* HOLD; window starts now or later */
 :: atomic { !quiet && hX==255 && gX<GMAX && cX<=TMAX-2 && (tX & W(cX))==0 && (mayX(cX) || (M(2) && !fX)) -> hX=cX; gX++ }
 :: atomic { !quiet && hX==255 && gX<GMAX && cX+2<=TMAX-2 && (tX & W(cX+2))==0 && (mayX(cX+2) || (M(2) && !fX)) -> hX=cX+2; gX++ }
 :: atomic { hX!=255 && (mayX(hX) || ((M(2) || M(6)) && !fX)) ->
      tX=tX|W(hX); assert((real & W(hX))==0); real=real|W(hX); hX=255; dirtyX=1 }      /* P1 */
 :: atomic { hX!=255 && !mayX(hX) -> hX=255 }
 :: atomic { hX!=255 && quiet -> hX=255 }
 /* the officer adopts: before T or after it, when nothing open reaches beyond */
 :: atomic { !quiet && !aX && (M(1) || (tX & BEYOND & OPEN(cX))==0) ->
      aX=1; dirtyX=1;
      if :: M(4) -> pub=1 :: else fi;
      if :: hX!=255 && hX+2>T && !M(6) -> hX=255 :: else fi }
 :: atomic { aX && !fX && (cX==T || (cX>T && !M(7))) -> fX=1; dirtyX=1 }
 /* N joins with the version, and asks for something of X's own */
 :: atomic { !quiet && !gN && (fX || M(8)) -> assert(fX); gN=1 }                       /* P2 */
 :: d_step { dirtyX -> daX=aX; dfX=fX; dtX=tX; pub=pub|daX; dirtyX=0 }
 :: d_step { !quiet && !crX && tX==dtX -> crX=1; aX=daX; fX=dfX; hX=255; dirtyX=0; cX=(now>=EPS -> now-EPS : 0) }
 od }

active proctype ownerY() {
end: do
 :: atomic { !quiet && !aY -> aY=1; dirtyY=1 }
 :: atomic { aY && !fY && (cY==T || (cY>T && !M(7)) || M(5)) -> fY=1; dirtyY=1 }
 :: atomic { !quiet && fY && (pub || M(3)) && gY<GMAX && lY+LEAD<=TMAX && (tY & W(lY+LEAD))==0 ->
      gY++; tY=tY|W(lY+LEAD); assert((real & W(lY+LEAD))==0); real=real|W(lY+LEAD); dirtyY=1 }
 :: d_step { dirtyY -> daY=aY; dfY=fY; dtY=tY; dirtyY=0 }
 :: d_step { !quiet && !crY && tY==dtY -> crY=1; aY=daY; fY=dfY; dirtyY=0; cY=(now>=EPS -> now-EPS : 0) }
 od }

active proctype time() {
end: do
 :: atomic { now<TMAX && cX+EPS >= now+1 && cY+EPS >= now+1 -> now++ }
 :: atomic { cX < TMAX+EPS && cX+1 <= now+EPS -> cX++ }
 :: atomic { cY < TMAX+EPS && cY+1 <= now+EPS -> cY++ }
 od }

active proctype monitor() {
end: do
 :: atomic { !quiet -> quiet=1 }
#ifdef REACH
 :: atomic { gY>0 && (tX & ~tY)!=0 && tY!=0 && dfX && dfY -> assert(false) }
#endif
 :: atomic { timeout -> assert(!aX || dfX); assert(!aY || dfY); break }                /* P3 */
 od }
