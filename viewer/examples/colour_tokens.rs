//! Prints the colour steps of www/tokens.css, sampled from colorous: `cargo run -p transfermap-viewer --example
//! colour_tokens`. A test compares them with the file.

use transfermap_viewer::tokens::generated;

fn main() {
    let red_blue = |t| colorous::RED_BLUE.eval_continuous(t).into_array();
    let purples = |t| colorous::PURPLES.eval_continuous(t).into_array();
    let [dark2, set2] = [colorous::DARK2, colorous::SET2].map(|set| set.iter().map(|c| c.into_array()).collect());
    let (light, dark) = generated(&red_blue, &purples, &dark2, &set2);
    println!("/* light */\n{light}\n/* dark */\n{dark}");
}
